using Hangfire.Client;
using Hangfire.Common;
using Hangfire.Server;
using OpenTelemetry;

namespace WorkerTracing;

/// <summary>The run of a recurring job that Hangfire's scheduler creates.</summary>
internal static class RecurringRun
{
    /// <summary>Hangfire's parameter: the time of the run in seconds since 1970.</summary>
    private const string Time = "Time";

    /// <summary>
    /// Returns true on the thread of Hangfire's recurring job scheduler, which Hangfire names after it. That thread inherits the ambient
    /// span of the code that started the server, and that span did not create the job. A run that is triggered by hand is created on the
    /// caller's thread.
    /// </summary>
    public static bool IsSchedulersThread() =>
        Thread.CurrentThread.Name?.StartsWith(nameof(RecurringJobScheduler), StringComparison.Ordinal) == true;

    /// <summary>
    /// Gets the time at which the run was due. With the misfire handling <c>Relaxed</c>, the default, Hangfire gives each run the time of
    /// its creation; the recurring job itself still says when it was due. This costs one read for each run, on the scheduler's thread.
    /// </summary>
    public static DateTimeOffset? Due(CreatingContext context, string recurringJob)
    {
        if (!context.Parameters.TryGetValue(Time, out object? time) || time is not long seconds)
            return null;

        DateTimeOffset given = JobHelper.FromTimestamp(seconds).AsUtc();
        Dictionary<string, string>? fields;
        using (SuppressInstrumentationScope.Begin())
            fields = context.Connection.GetAllEntriesFromHash($"recurring-job:{recurringJob}");
        if (fields is null || (fields.TryGetValue("Misfire", out string? handling) && handling != "0"))
            return given;

        return fields.TryGetValue("NextExecution", out string? next) && !string.IsNullOrEmpty(next)
            && JobHelper.DeserializeDateTime(next).AsUtc() is var due && due < given
            ? due
            : given;
    }
}
