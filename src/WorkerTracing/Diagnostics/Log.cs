using Microsoft.Extensions.Logging;

namespace WorkerTracing;

/// <summary>What the core logs, under category <c>WorkerTracing</c>. Event ids 1 to 99.</summary>
internal static partial class Log
{
    /// <summary>The one event that is not limited: it is written for each failed job, where the application asked for it.</summary>
    public const int JobFailedId = 12;

    [LoggerMessage(
        1,
        LogLevel.Warning,
        "The queue of {Exporter} is full ({MaxQueueSize} spans): spans are lost until there is room. "
            + "They are counted in worker_tracing.spans.lost.")]
    public static partial void QueueFull(ILogger logger, string exporter, int maxQueueSize);

    [LoggerMessage(2, LogLevel.Warning, "{Exporter} failed: {Failure}. {Spans} spans are {Fate}.")]
    public static partial void ExportFailed(ILogger logger, string exporter, string failure, int spans, string fate);

    [LoggerMessage(3, LogLevel.Error, "{Exporter} threw.")]
    public static partial void ExporterThrew(ILogger logger, string exporter, Exception exception);

    [LoggerMessage(
        4,
        LogLevel.Warning,
        "{Exporter} was shut down with {Lost} spans left; they are lost. AddFlightRecorder(directory) keeps such spans for the next process.")]
    public static partial void ClosedWithSpansLeft(ILogger logger, string exporter, int lost);

    [LoggerMessage(5, LogLevel.Error, "The callback {Callback} threw; the job goes on without it.")]
    public static partial void CallbackThrew(ILogger logger, string callback, Exception exception);

    [LoggerMessage(6, LogLevel.Error, "Tracing failed in {Operation}; the job goes on without it.")]
    public static partial void TracingThrew(ILogger logger, string operation, Exception exception);

    [LoggerMessage(
        7,
        LogLevel.Warning,
        "A flush was asked for, but the TracerProvider has no BatchTraceProcessor: nothing can confirm delivery. "
            + "Add an exporter with AddWorkerTracing().AddOtlpExporter() or AddProcessor(new BatchTraceProcessor(exporter)).")]
    public static partial void NothingToFlush(ILogger logger);

    [LoggerMessage(
        8,
        LogLevel.Warning,
        "OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY=disk makes the OTLP exporter report success before the backend has the spans: "
            + "Delivered then means stored on disk.")]
    public static partial void DiskRetry(ILogger logger);

    [LoggerMessage(
        9,
        LogLevel.Warning,
        "The last flush before the host stopped did not deliver everything: it ended {Status} after {Elapsed}, with {Exported} spans "
            + "delivered and {Lost} lost.")]
    public static partial void LastFlush(ILogger logger, FlushStatus status, TimeSpan elapsed, int exported, int lost);

    [LoggerMessage(
        10,
        LogLevel.Warning,
        "{Exporter} was shut down with {Spans} spans in flight and does not come back; whether they arrive is not known.")]
    public static partial void ClosedWithSpansInFlight(ILogger logger, string exporter, int spans);

    [LoggerMessage(11, LogLevel.Warning, "The OTLP exporter has settings that it cannot use. {Ignored}")]
    public static partial void OtlpSettingsIgnored(ILogger logger, string ignored);

    [LoggerMessage(JobFailedId, LogLevel.Error, "The job {Job} failed.")]
    public static partial void JobFailed(ILogger logger, string job, Exception exception);

    [LoggerMessage(
        13,
        LogLevel.Warning,
        "The process exits without a shutdown of the TracerProvider: {Exported} spans were delivered, {Lost} are lost, {Left} are left.")]
    public static partial void ProcessExit(ILogger logger, int exported, int lost, int left);

    [LoggerMessage(
        14,
        LogLevel.Information,
        "{Exporter}: {Address} accepts spans again after {Outage}. {Requests} requests failed, and {Lost} spans were lost.")]
    public static partial void ExportRecovered(
        ILogger logger, string exporter, string address, TimeSpan outage, int requests, long lost);

    [LoggerMessage(15, LogLevel.Warning, "{Exporter}: {Address} accepted spans with a warning: {Message}.")]
    public static partial void ExportWarned(ILogger logger, string exporter, string address, string message);

    [LoggerMessage(
        16,
        LogLevel.Information,
        "{Exporter} was shut down with {Stored} spans left; the flight recorder has them, and the next process sends them.")]
    public static partial void ClosedWithSpansRecorded(ILogger logger, string exporter, int stored);

    [LoggerMessage(
        17,
        LogLevel.Warning,
        "{Exporter} is not recorded by the flight recorder: its spans do not survive the process. "
            + "Only exporters that implement IRecordedSpanExporter are recorded.")]
    public static partial void ExporterNotRecorded(ILogger logger, string exporter);

    [LoggerMessage(
        18,
        LogLevel.Warning,
        "The job {Job} ended with its process: it started at {Started}, and the process was last known to be alive at {LastAlive}. Its "
            + "span in trace {TraceId} has the error type abandoned.")]
    public static partial void JobAbandoned(
        ILogger logger, string job, DateTimeOffset started, DateTimeOffset lastAlive, string traceId);

    [LoggerMessage(
        19,
        LogLevel.Information,
        "The last flush ended after {Elapsed}: {Exported} spans delivered, {Stored} left in the flight recorder, which the next process sends.")]
    public static partial void LastFlushStored(ILogger logger, TimeSpan elapsed, int exported, int stored);

    [LoggerMessage(
        20,
        LogLevel.Warning,
        "{Processor} sees spans after the flight recorder has written them: what it removes or changes is on disk as it was before. Add it "
            + "to the TracerProvider before the exporters of WorkerTracing.")]
    public static partial void ProcessorAfterRecorder(ILogger logger, string processor);

    [LoggerMessage(
        30,
        LogLevel.Information,
        "Jobs are traced. Service: {Service}. Exporters: {Exporters}. Flush: {Flush}. Flight recorder: {Recorder}. "
            + "Frameworks: {Frameworks}.")]
    public static partial void Started(
        ILogger logger, string service, string exporters, string flush, string recorder, string frameworks);

    [LoggerMessage(
        31,
        LogLevel.Information,
        "Jobs are not traced: WorkerTracing:Enabled is false or OTEL_SDK_DISABLED is true.")]
    public static partial void TracingDisabled(ILogger logger);

    [LoggerMessage(
        32,
        LogLevel.Warning,
        "{Source} has no exporter: traces are recorded and sent nowhere. Add one: builder.Services.AddWorkerTracing().AddOtlpExporter(), "
            + "or .AddConsoleExporter(). UseWorkerTracing() on a framework adds none.")]
    public static partial void NoExporter(ILogger logger, string source);

    [LoggerMessage(
        33,
        LogLevel.Warning,
        "{Address} is the endpoint of {Exporters} exporters: every span is sent there {Exporters} times. Keep one AddOtlpExporter(), or "
            + "give each an endpoint of its own: AddOtlpExporter(otlp => otlp.Endpoint = new Uri(\"http://...\")).")]
    public static partial void SameBackendTwice(ILogger logger, string address, int exporters);

    [LoggerMessage(
        34,
        LogLevel.Warning,
        "{Exporter} of OpenTelemetry exports the same spans as OtlpSpanExporter: a backend that both send to gets each span twice. Remove "
            + "{Line}. Keep AddWorkerTracing().AddOtlpExporter(), the only one that a flush waits for.")]
    public static partial void ForeignOtlpExporter(ILogger logger, string exporter, string line);

    [LoggerMessage(
        35,
        LogLevel.Warning,
        "{Exporter} is registered {Count} times: every trace is printed as often. Keep one AddConsoleExporter().")]
    public static partial void ConsoleTwice(ILogger logger, string exporter, int count);

    [LoggerMessage(
        36,
        LogLevel.Warning,
        "{Framework} is registered, and its jobs are not traced. Add: {Line}. The package is {Package}.")]
    public static partial void FrameworkNotAttached(ILogger logger, string framework, string line, string package);

    [LoggerMessage(
        37,
        LogLevel.Warning,
        "{Package} is referenced, and no jobs of {Framework} are traced. Add: {Line}. Or remove the package.")]
    public static partial void PackageNotAttached(ILogger logger, string package, string framework, string line);

    [LoggerMessage(38, LogLevel.Warning, "{Key} in the configuration is not an option and sets nothing. {Advice}")]
    public static partial void UnknownOption(ILogger logger, string key, string advice);

    [LoggerMessage(
        39,
        LogLevel.Warning,
        "{Option} is {Value}: {Days} days. In the configuration a plain number is a number of days; five seconds are \"00:00:05\". In "
            + "code: options.{Option} = TimeSpan.FromSeconds(5).")]
    public static partial void TimeoutOfDays(ILogger logger, string option, TimeSpan value, double days);

    [LoggerMessage(
        40,
        LogLevel.Warning,
        "{Method}: the factory returned null, and no exporter is added. The factory is in {Type}. Return an exporter: "
            + "AddExporter(services => new MyExporter()).")]
    public static partial void NoExporterFromFactory(ILogger logger, string method, string type);

    // The flight recorder: 60 to 79.
    [LoggerMessage(
        60,
        LogLevel.Warning,
        "The flight recorder in {Directory} records nothing: {Reason} Spans are kept in memory only. It tries again each minute. It needs a "
            + "directory that this process can create and write to: AddFlightRecorder(directory), or the setting "
            + "WorkerTracing:FlightRecorder:Directory.")]
    public static partial void RecorderUnavailable(ILogger logger, string directory, string reason);

    [LoggerMessage(61, LogLevel.Information, "The flight recorder in {Directory} records again.")]
    public static partial void RecorderAvailable(ILogger logger, string directory);

    [LoggerMessage(
        62,
        LogLevel.Warning,
        "The flight recorder in {Directory} cannot prepare another file: {Reason} Once the present one is full, spans are kept in memory only. "
            + "It tries again each minute.")]
    public static partial void RecorderCannotGrow(ILogger logger, string directory, string reason);

    [LoggerMessage(63, LogLevel.Error, "A span of the exporter {Exporter} was not recorded, because the exporter threw.")]
    public static partial void RecordingThrew(ILogger logger, string exporter, Exception exception);

    [LoggerMessage(
        64,
        LogLevel.Information,
        "The flight recorder has taken over {Directory} from a process that has ended: {Records} records to send, {Jobs} jobs that did not "
            + "end. The process was last known to be alive at {LastAlive:u}.")]
    public static partial void DirectoryAdopted(ILogger logger, string directory, int records, int jobs, DateTime lastAlive);

    [LoggerMessage(
        65,
        LogLevel.Warning,
        "The flight recorder leaves {Directory} as it is: {Reason} It tries again each minute.")]
    public static partial void DirectoryLeftAlone(ILogger logger, string directory, string reason);

    [LoggerMessage(
        66,
        LogLevel.Warning,
        "{Records} spans in {Directory} cannot be read and are lost: the files of the flight recorder were damaged on the disk.")]
    public static partial void RecordsDamaged(ILogger logger, int records, string directory);
}
