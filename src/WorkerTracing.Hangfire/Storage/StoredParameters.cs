using System.Diagnostics.CodeAnalysis;
using Hangfire.Server;
using OpenTelemetry;

namespace WorkerTracing;

/// <summary>
/// Reads what is stored with the job that is about to be performed: from the copy that most storages hand to the worker, without a
/// round trip, and else outside of everybody's traces. Once a read has failed nothing more is read: the job is traced with what is known by
/// then.
/// </summary>
internal sealed class StoredParameters(PerformContext context, JobTraceFilter filter)
{
    private bool _failed;

    /// <summary>What was stored when the job was created; by an application without the filter, Hangfire's own part of it.</summary>
    public StoredOrigin Origin() => Text(JobParameter.Origin) is { Length: > 0 } stored
        ? StoredOrigin.Parse(stored)
        : new StoredOrigin(default, null, null, Text(JobParameter.RecurringJobId));

    public string? Text(string name) => Read(() => context.GetJobParameter<string>(name, allowStale: true));

    public int Number(string name) => Read(() => context.GetJobParameter<int>(name, allowStale: true));

    /// <summary>A parameter of another job, which is a round trip.</summary>
    public string? TextOf(string job, string name) => Read(() => JobParameter.Read(context.Connection, job, name));

    [SuppressMessage("Design", "CA1031", Justification = "A storage may fail in any way, and its job is still to be performed and traced.")]
    private T? Read<T>(Func<T> read)
    {
        if (_failed)
            return default;

        try
        {
            using (SuppressInstrumentationScope.Begin())
                return read();
        }
        catch (Exception exception)
        {
            _failed = true;
            filter.Report(exception);
            return default;
        }
    }
}
