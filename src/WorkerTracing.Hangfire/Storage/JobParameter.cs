using System.Runtime.CompilerServices;
using Hangfire;
using Hangfire.Common;
using Hangfire.States;
using Hangfire.Storage;
using OpenTelemetry;

namespace WorkerTracing;

/// <summary>The job parameters that are read and written. None of these calls is part of a trace.</summary>
internal static class JobParameter
{
    /// <summary>The parameter that holds a <see cref="StoredJob"/>. A dot in the name would be a path in a MongoDB document.</summary>
    public const string Job = "WorkerTracing";

    /// <summary>Version 0.1: the creator's headers.</summary>
    public const string Version01Origin = "WorkerTracing.Origin";

    /// <summary>Version 0.1: due time and queue of the next attempt.</summary>
    public const string Version01Turn = "WorkerTracing.Turn";

    /// <summary>Version 0.1: the span of the last attempt.</summary>
    public const string Version01Trace = "WorkerTracing.Trace";

    /// <summary>Hangfire's: the recurring job that the job is an execution of.</summary>
    public const string RecurringJobId = "RecurringJobId";

    /// <summary>Hangfire's: how often the job has been retried.</summary>
    public const string RetryCount = "RetryCount";

    /// <summary>
    /// The storages that have thrown for <see cref="JobStorageFeatures.Transaction.SetJobParameter"/> although they claim it.
    /// </summary>
    private static readonly ConditionalWeakTable<JobStorage, Exception> Incapable = [];

    /// <summary>
    /// Returns true if the storage can write the parameter as part of a change of state, without a round trip of its own. A storage that
    /// claims to and throws is remembered, and asked only once.
    /// </summary>
    public static bool IsTransactional(JobStorage storage, IWriteOnlyTransaction transaction)
    {
        if (transaction is not JobStorageTransaction || Incapable.TryGetValue(storage, out _))
            return false;

        try
        {
            return storage.HasFeature(JobStorageFeatures.Transaction.SetJobParameter);
        }
        catch (Exception exception) when (exception is NotSupportedException or NotImplementedException)
        {
            Incapable.TryAdd(storage, exception);
            return false;
        }
    }

    /// <summary>Writes the parameter with a change of state: as part of its transaction where the storage can do that.</summary>
    public static void Write(ApplyStateContext context, IWriteOnlyTransaction transaction, StoredJob job, FailureBoundary boundary)
    {
        if (!TryWrite(context, transaction, job, boundary))
            Write(context.Connection, context.BackgroundJob.Id, job);
    }

    /// <summary>Writes the parameter as part of the transaction of a change of state.</summary>
    /// <returns>False where the storage cannot do that: nothing is written.</returns>
    public static bool TryWrite(ApplyStateContext context, IWriteOnlyTransaction transaction, StoredJob job, FailureBoundary boundary)
    {
        if (!IsTransactional(context.Storage, transaction))
            return false;
        using IDisposable untraced = SuppressInstrumentationScope.Begin();
        try
        {
            ((JobStorageTransaction)transaction).SetJobParameter(context.BackgroundJob.Id, Job, Serialize(job));
            return true;
        }
        catch (Exception exception) when (exception is NotSupportedException or NotImplementedException)
        {
            if (Incapable.TryAdd(context.Storage, exception))
                boundary.Report(exception);
            return false;
        }
    }

    /// <summary>Writes the parameter outside of a change of state.</summary>
    public static void Write(IStorageConnection connection, string jobId, StoredJob job)
    {
        using IDisposable untraced = SuppressInstrumentationScope.Begin();
        connection.SetJobParameter(jobId, Job, Serialize(job));
    }

    private static string Serialize(StoredJob job) => SerializationHelper.Serialize(job.Format(), SerializationOption.User);
}
