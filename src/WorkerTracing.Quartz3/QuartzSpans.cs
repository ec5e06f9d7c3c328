using System.Diagnostics;
using System.Runtime.CompilerServices;
using Quartz.Logging;

namespace WorkerTracing;

/// <summary>
/// Observes the events of Quartz's own span, once for the process. The calls run on the flow that runs the job, so a span that they make
/// ambient is ambient in the job. Nothing else in Quartz offers that to a listener that is attached to an existing scheduler.
/// </summary>
/// <remarks>
/// <para>
/// Quartz makes its span only for observers. A firing that is not traced here must not notice that this class is one, so its span is ended
/// at once unless another observer wants it.
/// </para>
/// <para>
/// OpenTelemetry's instrumentation of Quartz observes the same events and takes the ambient activity for Quartz's span. So it has to run
/// before the job's span becomes ambient: the first subscriber is called last, and this class subscribes as early as it can.
/// </para>
/// </remarks>
internal sealed class QuartzSpans : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>
{
    private const string Started = $"{OperationName.Job.Execute}.Start";
    private const string Failed = $"{OperationName.Job.Execute}.Exception";
    private const string Stopped = $"{OperationName.Job.Execute}.Stop";

    private static readonly Lock Gate = new();

    // The attempt that runs on the current flow: the event of an exception names neither trigger nor context. In a box that is emptied at
    // the end, because work that outlives the job keeps the flow.
    private static readonly AsyncLocal<StrongBox<Firing?>?> Executing = new();

    // True while this thread asks whether another observer wants Quartz's span.
    [ThreadStatic]
    private static bool _isAsking;

    // Quartz's event source. Written when Quartz creates it, or at the subscription if that is later.
    private static volatile DiagnosticListener? _quartz;

    private static bool _isListening; // written under Gate

    private QuartzSpans()
    {
    }

    /// <summary>
    /// Gets or sets whether other observers have subscribed before. They are called later than this class, when the job's span is ambient.
    /// </summary>
    internal static bool IsBeforeOthers { get; set; }

    /// <summary>Starts to observe. The second and later calls do nothing.</summary>
    public static void Listen()
    {
        // Not in a static constructor: a thread that creates an event source of its own would wait for that, with the lock of all sources.
        lock (Gate)
        {
            if (_isListening)
                return;
            _isListening = true;

            // Of the observers that wait for a new event source, the latest is the first to subscribe to it.
            DiagnosticListener.AllListeners.Subscribe(new QuartzSpans());
            if (_quartz is null)
                CreateEventSource();
        }
    }

    void IObserver<DiagnosticListener>.OnNext(DiagnosticListener value)
    {
        if (value.Name != DiagnosticHeaders.DefaultListenerName)
            return;
        _quartz = value;
        IsBeforeOthers = value.IsEnabled(OperationName.Job.Execute);
        value.Subscribe(this, static name => name == OperationName.Job.Execute && !_isAsking && !Firing.Announced.IsEmpty);
    }

    void IObserver<KeyValuePair<string, object?>>.OnNext(KeyValuePair<string, object?> value)
    {
        switch (value)
        {
            case { Key: Started, Value: IJobDiagnosticData firing } when Activity.Current is { } span:
                Start(span, Firing.Find(firing.Trigger));
                break;
            case { Key: Failed, Value: Exception exception }:
                Executing.Value?.Value?.NoteException(exception);
                break;
            case { Key: Stopped, Value: IJobDiagnosticData firing }:
                Stop(Firing.Find(firing.Trigger));
                break;
        }
    }

    void IObserver<DiagnosticListener>.OnCompleted()
    {
    }

    void IObserver<DiagnosticListener>.OnError(Exception error)
    {
    }

    void IObserver<KeyValuePair<string, object?>>.OnCompleted()
    {
    }

    void IObserver<KeyValuePair<string, object?>>.OnError(Exception error)
    {
    }

    private static void Start(Activity span, Firing? firing)
    {
        bool isDecided = IsDecided(span);
        if (firing is null)
        {
            Executing.Value = null; // the scheduler can have been started inside a job
            if (!isDecided && !IsWantedByOthers())
                span.Stop();
            return;
        }

        if (isDecided && !span.Recorded)
            KeepDecision(span);
        Executing.Value = new StrongBox<Firing?>(firing);
        firing.BeginAttempt(span, isDecided);
    }

    private static void Stop(Firing? firing)
    {
        if (firing is null)
            return;
        if (IsBeforeOthers && JobTrace.Current is { IsRecorded: true, Activity: { } span })
            span.IsAllDataRequested = true; // OpenTelemetry's instrumentation takes the data from any span that is not Quartz's
        firing.EndAttempt();
        if (Executing.Value is { } executing)
            executing.Value = null;
    }

    /// <summary>
    /// Returns true if a sampler of the application has decided about Quartz's span (<c>AddQuartzInstrumentation</c>). Only a sampler takes
    /// the data from it, or records it where its parent is not recorded. A recorded parent can be the activity in which the scheduler was
    /// started: the scheduler's loop keeps that, and without a sampler Quartz's span has the flag of it.
    /// </summary>
    private static bool IsDecided(Activity span) =>
        !span.IsAllDataRequested || (span.Recorded && (span.Parent is not { Recorded: true } || IsWantedByOthers()));

    /// <summary>
    /// Makes Quartz create its event source, which it otherwise does for the first firing or job store: an instrumentation that is added
    /// in between would be called after this class.
    /// </summary>
    private static void CreateEventSource()
    {
        try
        {
            _ = new JobRunShell(null!, null!);
        }
        catch (ObjectDisposedException)
        {
            // The logger factory of a host that has stopped. The event source is created before the logger.
        }
    }

    private static bool IsWantedByOthers()
    {
        _isAsking = true;
        try
        {
            return _quartz?.IsEnabled(OperationName.Job.Execute) == true;
        }
        finally
        {
            _isAsking = false;
        }
    }

    /// <summary>
    /// Makes an activity ambient that has the sampled-out span as its parent by ids. Quartz's span has no source, and a span without source
    /// and flags otherwise counts as one that no sampler has seen. The end of Quartz's span restores the activity that was ambient before.
    /// </summary>
    private static void KeepDecision(Activity span) =>
        new Activity("WorkerTracing.SampledOut") { IsAllDataRequested = false }.SetParentId(span.TraceId, span.SpanId).Start();
}
