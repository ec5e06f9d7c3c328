using System.Diagnostics;
using System.Reflection;
using OpenTelemetry.Trace;
using Quartz.Logging;

namespace WorkerTracing.Quartz.Tests;

/// <summary>
/// Quartz's own spans, as OpenTelemetry.Instrumentation.Quartz records them: the SDK samples them by their name, and an observer takes the
/// ambient activity for Quartz's span. It gives that one a source, and takes the data from any other.
/// </summary>
internal static class QuartzSpanSource
{
    private static readonly ActivitySource Instrumentation = new("OpenTelemetry.Instrumentation.Quartz");

    public static TracerProviderBuilder AddQuartzSpans(this TracerProviderBuilder tracing) => tracing
        .AddSource(Instrumentation.Name)
        .AddLegacySource(OperationName.Job.Execute)
        .AddInstrumentation(static () => Subscribe(new Observer { GivesSource = true }));

    /// <summary>Observes them and decides nothing.</summary>
    public static IDisposable Watch() => Subscribe(new Observer());

    private static Observer Subscribe(Observer observer)
    {
        observer.Subscribe();
        return observer;
    }

    private sealed class Observer : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>, IDisposable
    {
        private static readonly PropertyInfo Source = typeof(Activity).GetProperty(nameof(Activity.Source))!;

        public bool GivesSource { get; init; }

        private readonly List<IDisposable> _subscriptions = [];

        public void Subscribe() => Add(DiagnosticListener.AllListeners.Subscribe(this));

        public void Dispose()
        {
            lock (_subscriptions)
                _subscriptions.ForEach(static subscription => subscription.Dispose());
        }

        public void OnNext(DiagnosticListener value)
        {
            if (value.Name == DiagnosticHeaders.DefaultListenerName)
                Add(value.Subscribe(this, static name => name == OperationName.Job.Execute));
        }

        public void OnNext(KeyValuePair<string, object?> value)
        {
            if (!GivesSource || value.Key != $"{OperationName.Job.Execute}.Start")
                return;
            if (Activity.Current is not { IsAllDataRequested: true } span)
                return;
            if (span.OperationName == OperationName.Job.Execute)
                Source.SetValue(span, Instrumentation);
            else
                span.IsAllDataRequested = false;
        }

        public void OnCompleted()
        {
        }

        public void OnError(Exception error)
        {
        }

        private void Add(IDisposable subscription)
        {
            lock (_subscriptions)
                _subscriptions.Add(subscription);
        }
    }
}
