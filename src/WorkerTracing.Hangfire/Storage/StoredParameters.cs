using Hangfire;
using Hangfire.Common;
using Hangfire.Storage;
using OpenTelemetry;

namespace WorkerTracing;

/// <summary>
/// Reads the parameters of one job: from the copy that the storage hands out with the job, which costs nothing, and otherwise one round
/// trip each. No read is part of a trace.
/// </summary>
/// <param name="job">The job.</param>
/// <param name="connection">The connection of the call that Hangfire makes.</param>
/// <param name="boundary">Receives the failures.</param>
internal sealed class StoredParameters(BackgroundJob job, IStorageConnection connection, FailureBoundary boundary)
{
    /// <summary>Set by the first read that the storage fails: the following ones would only repeat the failure, and its delay.</summary>
    private bool _storageFailed;

    /// <summary>Reads what is stored with the job. A malformed parameter hides no other one.</summary>
    public StoredJob Read()
    {
        var stored = StoredJob.Parse(Text(JobParameter.Job));

        // Once the parameter has been written with a change of state, it is complete. Before that, a server of version 0.1 or one without
        // the filter may have made attempts; where each parameter is a round trip, that is not looked for.
        if (stored is { Attempt: not null } && (stored.Again is not null || job.ParametersSnapshot is null))
            return stored;

        int retries = Math.Clamp(Number(JobParameter.RetryCount), 0, StoredJob.MostAttempts - 1);
        return Merge(stored, retries) with { Attempt = retries + 1 };
    }

    /// <summary>Reads the span of another job's last attempt, as a <c>traceparent</c>. One or two round trips.</summary>
    public string? LastSpanOf(string jobId) =>
        StoredJob.Parse(Text(jobId, JobParameter.Job))?.PreviousSpan ?? Text(jobId, JobParameter.Version01Trace);

    /// <summary>
    /// Fills the gaps from the parameters of version 0.1, and from Hangfire's own for a job that was created without the filter.
    /// </summary>
    private StoredJob Merge(StoredJob? stored, int retries)
    {
        string? origin = Text(JobParameter.Version01Origin);
        bool ran = origin is not null || retries > 0 || job.ParametersSnapshot is not null;
        string? turn = ran ? Text(JobParameter.Version01Turn) : null;
        string? trace = ran ? Text(JobParameter.Version01Trace) : null;
        if (stored is not null && origin is null && turn is null && trace is null)
            return stored;

        var earlier = StoredJob.ParseVersion01(origin, turn, trace);
        string? recurringJob = stored?.RecurringJob ?? earlier.RecurringJob ?? Text(JobParameter.RecurringJobId);
        if (stored is null)
            return earlier with { RecurringJob = recurringJob };

        return stored with
        {
            Creator = stored.Creator == default ? earlier.Creator : stored.Creator,
            Due = stored.Due ?? earlier.Due,
            RecurringJob = recurringJob,
            Antecedent = stored.Antecedent ?? earlier.Antecedent,
            Again = stored.Again ?? earlier.Again,
            Queue = stored.Queue ?? earlier.Queue,
            PreviousSpan = stored.PreviousSpan ?? earlier.PreviousSpan,
        };
    }

    private string? Text(string name) => Deserialize<string>(Raw(name));

    private string? Text(string jobId, string name) => Deserialize<string>(Raw(jobId, name));

    private int Number(string name) => Deserialize<int>(Raw(name));

    private T? Deserialize<T>(string? raw) => raw is null
        ? default
        : boundary.Run(raw, static raw => SerializationHelper.Deserialize<T>(raw, SerializationOption.User), default);

    private string? Raw(string name) => job.ParametersSnapshot is { } snapshot ? snapshot.GetValueOrDefault(name) : Raw(job.Id, name);

    private string? Raw(string jobId, string name)
    {
        if (_storageFailed)
            return null;

        (bool read, string? value) = boundary.Run((connection, jobId, name), static read => (true, Read(read)), (false, null));
        _storageFailed = !read;
        return value;
    }

    private static string? Read((IStorageConnection Connection, string JobId, string Name) parameter)
    {
        using IDisposable untraced = SuppressInstrumentationScope.Begin();
        return parameter.Connection.GetJobParameter(parameter.JobId, parameter.Name);
    }
}
