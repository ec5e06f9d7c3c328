using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Hangfire;
using Hangfire.Storage;

namespace WorkerTracing.Hangfire.Tests;

/// <summary>A storage that fails for the parameters that tracing keeps, and hands none to the worker.</summary>
internal sealed class FaultyStorage
{
    private int _faults;

    public int Faults => Volatile.Read(ref _faults);

    public bool Faultless { get; init; }

    /// <summary>Fails for Hangfire's own parameters that tracing reads, too.</summary>
    public bool HangfiresToo { get; init; }

    /// <summary>Hands the parameters to the worker, and writes them with a change of state, where the real storage does so.</summary>
    public bool HandsOver { get; init; }

    /// <summary>Claims to write parameters with a change of state, and throws when it is asked to.</summary>
    public bool ClaimsTransactions { get; init; }

    /// <summary>Runs with each reading and writing of a parameter.</summary>
    public Action<string> Touched { get; set; } = static _ => { };

    /// <summary>Runs with each call of a connection.</summary>
    public Action Called { get; init; } = static () => { };

    /// <summary>Runs when the lock of a job is released: a change of its state has been made.</summary>
    public Action Released { get; set; } = static () => { };

    /// <summary>The parameters that were read one by one, each a round trip.</summary>
    public ConcurrentQueue<string> Reads { get; } = new();

    public JobStorage Over(JobStorage real) => new Storage(real, this);

    private void Fail(string name)
    {
        Touched(name);
        if (Faultless
            || !(name.StartsWith("WorkerTracing", StringComparison.Ordinal) || (HangfiresToo && name is "RecurringJobId" or "RetryCount")))
            return;
        Interlocked.Increment(ref _faults);
        throw new InvalidOperationException($"no parameter {name}");
    }

    private sealed class Storage(JobStorage real, FaultyStorage faults) : JobStorage, IDisposable
    {
        public override IMonitoringApi GetMonitoringApi() => real.GetMonitoringApi();

        public override bool HasFeature(string featureId) => featureId == JobStorageFeatures.JobQueueProperty
            || (featureId == JobStorageFeatures.Transaction.SetJobParameter && (faults.HandsOver || faults.ClaimsTransactions));

        public override IStorageConnection GetConnection()
        {
            IStorageConnection connection = DispatchProxy.Create<IStorageConnection, Connection>();
            ((Connection)connection).Set(real.GetConnection(), faults);
            return connection;
        }

        public void Dispose() => (real as IDisposable)?.Dispose();
    }

    /// <summary>Stands in front of a connection.</summary>
    [SuppressMessage("Performance", "CA1852", Justification = "A proxy is a class derived from this one.")]
    public class Connection : DispatchProxy
    {
        private IStorageConnection? _real;
        private object? _faults;

        public void Set(IStorageConnection real, object faults) => (_real, _faults) = (real, faults);

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            ((FaultyStorage)_faults!).Called();
            if (targetMethod!.Name == nameof(IStorageConnection.GetJobParameter))
                ((FaultyStorage)_faults!).Reads.Enqueue((string)args![1]!);
            if (targetMethod.Name is nameof(IStorageConnection.GetJobParameter) or nameof(IStorageConnection.SetJobParameter))
                ((FaultyStorage)_faults!).Fail((string)args![1]!);
            try
            {
                object? result = targetMethod.Invoke(_real, args);
                if (result is JobData job && !((FaultyStorage)_faults!).HandsOver)
                    job.ParametersSnapshot = null;
                if (result is IDisposable held && targetMethod.Name == nameof(IStorageConnection.AcquireDistributedLock))
                    return new Lock(held, (FaultyStorage)_faults!);
                if (result is IWriteOnlyTransaction transaction && ((FaultyStorage)_faults!).ClaimsTransactions)
                    return new IncapableTransaction(transaction);
                return result;
            }
            catch (TargetInvocationException exception) when (exception.InnerException is not null)
            {
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(exception.InnerException);
                throw;
            }
        }
    }

    private sealed class Lock(IDisposable real, FaultyStorage faults) : IDisposable
    {
        public void Dispose()
        {
            real.Dispose();
            faults.Released();
        }
    }
}
