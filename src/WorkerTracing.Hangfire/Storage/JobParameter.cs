using Hangfire.Common;
using Hangfire.Server;
using Hangfire.States;
using Hangfire.Storage;
using OpenTelemetry;

namespace WorkerTracing;

/// <summary>The parameters that are kept with a job, and Hangfire's own that are read.</summary>
internal static class JobParameter
{
    /// <summary>Who created the job: a <see cref="StoredOrigin"/>.</summary>
    public const string Origin = "WorkerTracing.Origin";

    /// <summary>The span of the last attempt, in the form of a <c>traceparent</c>.</summary>
    public const string Trace = "WorkerTracing.Trace";

    /// <summary>What has changed since the creation about when and where the job is to run: a <see cref="StoredSchedule"/>.</summary>
    public const string Turn = "WorkerTracing.Turn";

    /// <summary>Hangfire's: the recurring job that this one is an execution of.</summary>
    public const string RecurringJobId = "RecurringJobId";

    /// <summary>Hangfire's: how often the job has been retried.</summary>
    public const string RetryCount = "RetryCount";

    /// <summary>Writes a parameter of a job that exists. A round trip to the storage, which is no part of anybody's trace.</summary>
    public static void Write(PerformContext context, string name, string value)
    {
        using (SuppressInstrumentationScope.Begin())
            context.SetJobParameter(name, value);
    }

    /// <summary>Writes a parameter along with a change of state, without a further round trip where the storage can do that.</summary>
    public static void Write(ApplyStateContext context, IWriteOnlyTransaction transaction, string name, string value)
    {
        string serialized = SerializationHelper.Serialize(value, SerializationOption.User);
        if (transaction is JobStorageTransaction batch && context.Storage.HasFeature(JobStorageFeatures.Transaction.SetJobParameter))
        {
            batch.SetJobParameter(context.BackgroundJob.Id, name, serialized);
            return;
        }

        using (SuppressInstrumentationScope.Begin())
            context.Connection.SetJobParameter(context.BackgroundJob.Id, name, serialized);
    }

    /// <summary>
    /// Reads a parameter of the job whose state changes, or null. A round trip where the storage hands out no copy, and no part of
    /// anybody's trace.
    /// </summary>
    public static string? Read(ApplyStateContext context, string name)
    {
        using (SuppressInstrumentationScope.Begin())
            return context.GetJobParameter<string>(name, allowStale: true);
    }

    /// <summary>Reads a parameter of another job, or null.</summary>
    public static string? Read(IStorageConnection connection, string jobId, string name) =>
        SerializationHelper.Deserialize<string>(connection.GetJobParameter(jobId, name), SerializationOption.User);
}
