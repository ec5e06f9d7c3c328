using System.Diagnostics;
using OpenTelemetry.Trace;
using Quartz.Logging;

namespace WorkerTracing.Quartz.Tests;

/// <summary>Quartz's own spans, as OpenTelemetry.Instrumentation.Quartz records them.</summary>
internal static class QuartzSpanSource
{
    public static TracerProviderBuilder AddQuartzSpans(this TracerProviderBuilder tracing) => tracing
        .AddLegacySource(OperationName.Job.Execute)
        .AddInstrumentation(Watch);

    /// <summary>Observes them and decides nothing.</summary>
    public static IDisposable Watch()
    {
        var observer = new Observer();
        observer.Subscribe();
        return observer;
    }

    private sealed class Observer : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>, IDisposable
    {
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
