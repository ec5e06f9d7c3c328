using Microsoft.Extensions.Options;

namespace WorkerTracing;

internal sealed class BatchTraceProcessorOptionsValidator : IValidateOptions<BatchTraceProcessorOptions>
{
    public const int LargestQueue = 1 << 24;

    private static readonly TimeSpan LongestDelay = TimeSpan.FromMilliseconds(int.MaxValue);

    public ValidateOptionsResult Validate(string? name, BatchTraceProcessorOptions options)
    {
        var failures = new OptionFailures(nameof(BatchTraceProcessorOptions));
        failures.Check(
            options.MaxQueueSize is >= 1 and <= LargestQueue,
            nameof(options.MaxQueueSize),
            options.MaxQueueSize,
            $"from 1 to {LargestQueue}");
        failures.Check(options.MaxBatchSize >= 1, nameof(options.MaxBatchSize), options.MaxBatchSize, "at least 1");
        failures.Check(
            options.ScheduleDelay >= TimeSpan.FromMilliseconds(1) && options.ScheduleDelay <= LongestDelay,
            nameof(options.ScheduleDelay), options.ScheduleDelay, "from 1 ms to 24 days");
        failures.Check(
            options.ExportTriggerRatio is > 0 and <= 1,
            nameof(options.ExportTriggerRatio),
            options.ExportTriggerRatio,
            "above 0, up to 1");
        failures.Check(Timeouts.IsValid(options.ExportTimeout), nameof(options.ExportTimeout), options.ExportTimeout, Timeouts.Rule);
        if (options.FlightRecorder is { } recorder)
            FlightRecorderOptionsValidator.Check(failures, recorder, nameof(options.FlightRecorder) + ".");
        return failures.ToResult();
    }
}
