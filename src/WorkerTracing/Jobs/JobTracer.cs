using System.Collections.Immutable;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using OpenTelemetry.Trace;

namespace WorkerTracing;

/// <summary>Begins the trace of a job, and runs a job inside one.</summary>
/// <remarks>
/// Nothing that tracing does throws into a job. The TracerProvider must record the source <c>WorkerTracing</c> (<c>AddWorkerTracing</c>
/// sees to it); a job that it does not record costs a check.
/// </remarks>
public sealed class JobTracer
{
    private readonly JobSpanFactory _spans;
    private readonly FlushModeSelector _modes;
    private readonly JobTraceFactory _traces;
    private readonly ILogger _log;
    private ImmutableArray<string> _frameworks = []; // written by any thread

    /// <summary>Makes a tracer without a container.</summary>
    /// <param name="provider">The provider whose processors a job's end flushes, however they were added to it.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="OptionsValidationException">An option is out of its range; the message names it and its value.</exception>
    public JobTracer(TracerProvider provider, WorkerTracingOptions? options = null)
        : this(provider, options ?? new WorkerTracingOptions(), flushProvider: false, NullLogger.Instance, TimeProvider.System)
    {
    }

    /// <summary>Makes a tracer. <paramref name="source"/> is that of its jobs' spans; null for the source of the library.</summary>
    internal JobTracer(
        TracerProvider provider,
        WorkerTracingOptions options,
        bool flushProvider,
        ILogger log,
        TimeProvider time,
        ActivitySource? source = null)
    {
        ArgumentNullException.ThrowIfNull(provider);
        ValidateOptionsResult validity = new WorkerTracingOptionsValidator().Validate(null, options);
        if (validity.Failed)
            throw new OptionsValidationException(
                Microsoft.Extensions.Options.Options.DefaultName,
                typeof(WorkerTracingOptions),
                validity.Failures);

        Options = options;
        Time = time;
        Source = source ?? Telemetry.Source;
        IsEnabled = options.Enabled
            && !string.Equals(Environment.GetEnvironmentVariable("OTEL_SDK_DISABLED"), "true", StringComparison.OrdinalIgnoreCase);
        ProviderForceFlush? foreign = flushProvider ? new ProviderForceFlush(provider, options.FlushTimeout, log, time) : null;
        provider.AddProcessor(new ProviderSpanObserver(provider, foreign));
        Flusher = new ProviderFlusher(provider, foreign, log, time);
        _log = log;
        Observers = new JobObservers(ReportFailure);
        RunningReports = new RunningJobReports(this);
        var callbacks = new Callbacks(log);
        _modes = new FlushModeSelector(options, callbacks);
        Abandoned = new AbandonedJobs(Flusher);
        _spans = new JobSpanFactory(Source, options, Abandoned, callbacks, time);
        _traces = new JobTraceFactory(this, _spans, callbacks);
        Exceptions = ExceptionSignals.Parse(Environment.GetEnvironmentVariable(ExceptionSignals.Variable));
        Provider = provider;
        if (IsEnabled && options.FlushAtProcessExit)
            ProcessExitFlush.Add(this);
    }

    /// <summary>
    /// False where <see cref="WorkerTracingOptions.Enabled"/> is false or <c>OTEL_SDK_DISABLED=true</c>: then there is nothing to do for a
    /// job, and no reason to make a <see cref="JobInfo"/>.
    /// </summary>
    public bool IsEnabled { get; }

    /// <summary>Gets the frameworks whose integration was attached, in that order.</summary>
    internal ImmutableArray<string> Frameworks => _frameworks;

    internal TracerProvider Provider { get; }

    internal WorkerTracingOptions Options { get; }

    internal TimeProvider Time { get; }

    internal ActivitySource Source { get; }

    internal ProviderFlusher Flusher { get; }

    /// <summary>Gets the jobs in the provider's flight recorders.</summary>
    internal AbandonedJobs Abandoned { get; }

    internal JobObservers Observers { get; }

    internal RunningJobReports RunningReports { get; }

    internal ExceptionSignals Exceptions { get; }

    /// <summary>Begins the trace of a job and makes its span current on the calling flow.</summary>
    /// <param name="job">What runs.</param>
    /// <returns>
    /// The running trace, to be ended by <see cref="JobTrace.EndAsync"/>, <see cref="JobTrace.End"/> or disposal. Inert where the job is
    /// not recorded.
    /// </returns>
    /// <remarks>
    /// Never throws for telemetry's sake, and blocks on nothing. The callbacks of <see cref="WorkerTracingOptions"/> run on the calling
    /// thread.
    /// </remarks>
    /// <exception cref="ArgumentNullException"><paramref name="job"/> is null.</exception>
    public JobTrace Start(JobInfo job)
    {
        ArgumentNullException.ThrowIfNull(job);
        return Begin(job, null);
    }

    /// <summary>
    /// Starts the span of a job that is about to run, and leaves the ambient span as it is. <see cref="PreparedJob.Start"/> begins the job.
    /// </summary>
    /// <param name="job">What is about to run.</param>
    /// <returns>The job with its span, to be started or discarded.</returns>
    /// <remarks>Never throws for telemetry's sake, and blocks on nothing.</remarks>
    /// <exception cref="ArgumentNullException"><paramref name="job"/> is null.</exception>
    [SuppressMessage("Design", "CA1031", Justification = "The boundary of a job's beginning: a job runs, traced or not.")]
    public PreparedJob Prepare(JobInfo job)
    {
        ArgumentNullException.ThrowIfNull(job);
        try
        {
            return new PreparedJob(this, job, IsEnabled ? _traces.StartSpan(job) : null);
        }
        catch (Exception exception)
        {
            ReportFailure(nameof(Prepare), exception);
            return new PreparedJob(this, job, null);
        }
    }

    /// <summary>Runs a job of this process's own inside a trace, then flushes as its mode says.</summary>
    /// <param name="name">What is run, of low cardinality.</param>
    /// <param name="job">The job. What it throws is recorded and thrown on, unchanged.</param>
    /// <param name="cancellationToken">The job's. Its flush is bounded by <see cref="WorkerTracingOptions.FlushTimeout"/> alone.</param>
    /// <returns>Completes when the job has, and its flush.</returns>
    public Task RunAsync(string name, Func<JobTrace, CancellationToken, Task> job, CancellationToken cancellationToken = default) =>
        RunAsync(Hosted(name), job, cancellationToken);

    /// <inheritdoc cref="RunAsync(string, Func{JobTrace, CancellationToken, Task}, CancellationToken)"/>
    /// <typeparam name="T">What the job answers.</typeparam>
    /// <returns>The job's answer, when the job has completed, and its flush.</returns>
    public Task<T> RunAsync<T>(string name, Func<JobTrace, CancellationToken, Task<T>> job, CancellationToken cancellationToken = default)
        =>
        RunAsync(Hosted(name), job, cancellationToken);

    /// <summary>Runs a job inside a trace, then flushes as its mode says.</summary>
    /// <param name="info">What is run.</param>
    /// <param name="job">The job. What it throws is recorded and thrown on, unchanged.</param>
    /// <param name="cancellationToken">The job's. Its flush is bounded by <see cref="WorkerTracingOptions.FlushTimeout"/> alone.</param>
    /// <returns>Completes when the job has, and its flush.</returns>
    public Task RunAsync(JobInfo info, Func<JobTrace, CancellationToken, Task> job, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(job);
        return RunAsync(
            info,
            async (trace, token) =>
            {
                await job(trace, token).ConfigureAwait(false);
                return true;
            },
            cancellationToken);
    }

    /// <inheritdoc cref="RunAsync(JobInfo, Func{JobTrace, CancellationToken, Task}, CancellationToken)"/>
    /// <typeparam name="T">What the job answers.</typeparam>
    /// <returns>The job's answer, when the job has completed, and its flush.</returns>
    public async Task<T> RunAsync<T>(
        JobInfo info,
        Func<JobTrace, CancellationToken, Task<T>> job,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(job);
        JobTrace trace = Start(info);
        try
        {
            return await job(trace, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            trace.Fail(exception, cancellationToken);
            throw;
        }
        finally
        {
            await trace.EndAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Notes a failure of tracing itself, which is not the job's: logs it and counts it in <c>worker_tracing.callback.failures</c>. For
    /// integrations, which call their tracing inside the framework's own run of a job and must never throw there.
    /// </summary>
    /// <param name="operation">What failed: one of few names.</param>
    /// <param name="exception">How it failed.</param>
    public void ReportFailure(string operation, Exception exception)
    {
        Telemetry.FailCallback(operation);
        Log.TracingThrew(_log, operation, exception);
    }

    /// <summary>
    /// Notes that an integration traces the jobs of a framework, for the log entry at the start. For integrations. Thread-safe.
    /// </summary>
    /// <param name="framework">The name of the framework, such as <c>Quartz</c>. The same name counts once.</param>
    /// <exception cref="ArgumentNullException"><paramref name="framework"/> is null.</exception>
    public void ReportAttached(string framework)
    {
        ArgumentNullException.ThrowIfNull(framework);
        ImmutableInterlocked.Update(
            ref _frameworks, static (known, name) => known.Contains(name) ? known : known.Add(name), framework);
    }

    /// <summary>Begins the trace of a job.</summary>
    /// <param name="job">What runs.</param>
    /// <param name="prepared">Its span, if that has started.</param>
    [SuppressMessage("Design", "CA1031", Justification = "The boundary of a job's beginning: a job runs, traced or not.")]
    internal JobTrace Begin(JobInfo job, Activity? prepared)
    {
        if (!IsEnabled)
            return new JobTrace(this, job);
        try
        {
            return _traces.Start(job, prepared);
        }
        catch (Exception exception)
        {
            ReportFailure(nameof(Start), exception);
            return new JobTrace(this, job);
        }
    }

    internal FlushMode FlushModeOf(JobInfo job) => _modes.Select(job);

    internal TimeSpan? WaitOf(JobInfo job) => _spans.WaitOf(job);

    internal void LogExit(FlushResult result, int left) => Log.ProcessExit(_log, result.Exported, result.Lost, left);

    internal void LogFailure(JobInfo job, Exception exception) => Log.JobFailed(_log, job.Name, exception);

    private static JobInfo Hosted(string name) => new() { System = "hosted", Name = name };
}
