using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using OpenTelemetry;

namespace WorkerTracing;

/// <summary>
/// The export threads of one pipeline. The first starts with the first span, another whenever all are exporting and the exporter takes
/// more. A thread that cannot be started is tried again later.
/// </summary>
internal sealed class ExportThreads(
    ExportPipeline pipeline,
    PipelineState state,
    SpanSender sender,
    BatchTraceProcessorOptions options,
    ILogger log,
    TimeProvider time,
    Action<Thread> start)
{
    /// <summary>The shortest time between two attempts to start a thread where the system had none to give.</summary>
    private static readonly TimeSpan StartInterval = TimeSpan.FromSeconds(1);

    /// <summary>The pipeline that the current thread exports for.</summary>
    [ThreadStatic]
    private static ExportPipeline? ExportingHere;

    private readonly object _sync = state.Sync;
    private readonly int _batchSize = Math.Min(options.MaxBatchSize, options.MaxQueueSize);
    private int _count; // written under the pipeline's lock
    private int _idle; // written under the pipeline's lock
    private long _refusedAt; // written under the pipeline's lock: when the system refused a thread; zero where it did not
    private ITimer? _retry; // written under the pipeline's lock

    /// <summary>Gets whether a thread runs. A hint without the lock.</summary>
    public bool IsRunning => Volatile.Read(ref _count) > 0;

    /// <summary>Gets whether an attempt to start a thread is due. A hint without the lock.</summary>
    public bool MayStart =>
        Volatile.Read(ref _refusedAt) is var at && (at == 0 || time.GetElapsedTime(at) >= StartInterval);

    /// <summary>Returns true if the calling code runs in an export of the pipeline.</summary>
    public static bool IsExportingFor(ExportPipeline pipeline) => ReferenceEquals(ExportingHere, pipeline);

    /// <summary>Starts the first thread where none runs.</summary>
    /// <param name="isUrgent">Whether to try although the last attempt has just failed.</param>
    public void EnsureRunning(bool isUrgent)
    {
        Debug.Assert(Monitor.IsEntered(_sync));
        if (_count == 0 && (isUrgent || MayStart))
            TryStart();
    }

    /// <summary>An export begins on an idle thread: starts another where none is left and the exporter takes more exports.</summary>
    public void OnExportStarted()
    {
        Debug.Assert(Monitor.IsEntered(_sync));
        _idle--;
        if (_idle == 0 && _count < sender.MaxConcurrency && MayStart)
            TryStart();
    }

    public void OnExportCompleted()
    {
        Debug.Assert(Monitor.IsEntered(_sync));
        _idle++;
    }

    private void TryStart()
    {
        try
        {
            start(new Thread(Run) { IsBackground = true, Name = $"WorkerTracing {pipeline.ExporterName} {_count + 1}" });
            _count++;
            _idle++;
            Volatile.Write(ref _refusedAt, 0);
        }
        catch (Exception exception) when (exception is OutOfMemoryException or ThreadStartException)
        {
            Volatile.Write(ref _refusedAt, time.GetTimestamp());
            TryLater();
        }
    }

    /// <summary>Spans may be waiting, and no further one may come: a timer asks again.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "A timer may need a thread too: then the next span or flush asks again.")]
    private void TryLater()
    {
        if (_count > 0)
            return;
        try
        {
            _retry ??= time.CreateTimer(
                static threads => ((ExportThreads)threads!).TryAgain(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _retry.Change(StartInterval, Timeout.InfiniteTimeSpan);
        }
        catch (Exception)
        {
            _retry = null;
        }
    }

    private void TryAgain()
    {
        lock (_sync)
            EnsureRunning(isUrgent: true);
    }

    [SuppressMessage(
        "Design",
        "CA1031",
        Justification = "The outermost boundary of an export thread: whatever fails, the process lives and another thread follows.")]
    private void Run()
    {
        try
        {
            using IDisposable suppressed = SuppressInstrumentationScope.Begin();
            ExportingHere = pipeline;
            var batch = new ExportBatch(_batchSize);
            while (Export(batch))
            {
            }
        }
        catch (Exception exception)
        {
            Log.TracingThrew(log, nameof(ExportThreads), exception);
            lock (_sync)
            {
                _count--;
                _idle--;
                Volatile.Write(ref _refusedAt, time.GetTimestamp());
                TryLater();
            }
        }
    }

    /// <returns>False when the pipeline is closed.</returns>
    [SuppressMessage("Design", "CA1031", Justification = "The boundary of one export: the batch gets its outcomes, the thread goes on.")]
    private bool Export(ExportBatch batch)
    {
        try
        {
            if (!pipeline.Worker.TakeBatch(batch))
                return false;
            pipeline.Worker.ReadBack(batch);
            if (!batch.IsEmpty)
            {
                pipeline.Worker.ReportStart(batch);
                pipeline.Worker.Complete(batch, sender.Send(batch));
            }
        }
        catch (Exception exception)
        {
            Log.TracingThrew(log, nameof(Export), exception);
            pipeline.Worker.Recover(batch);
        }

        batch.ReleaseAnswered();
        batch.Clear();
        return true;
    }
}
