using Hangfire.States;
using Hangfire.Storage;

namespace WorkerTracing.Hangfire.Tests;

/// <summary>A transaction as older storages have it: without anything that came after Hangfire 1.6.</summary>
internal sealed class IncapableTransaction(IWriteOnlyTransaction real) : JobStorageTransaction
{
    public override void ExpireJob(string jobId, TimeSpan expireIn) => real.ExpireJob(jobId, expireIn);

    public override void PersistJob(string jobId) => real.PersistJob(jobId);

    public override void SetJobState(string jobId, IState state) => real.SetJobState(jobId, state);

    public override void AddJobState(string jobId, IState state) => real.AddJobState(jobId, state);

    public override void AddToQueue(string queue, string jobId) => real.AddToQueue(queue, jobId);

    public override void IncrementCounter(string key) => real.IncrementCounter(key);

    public override void IncrementCounter(string key, TimeSpan expireIn) => real.IncrementCounter(key, expireIn);

    public override void DecrementCounter(string key) => real.DecrementCounter(key);

    public override void DecrementCounter(string key, TimeSpan expireIn) => real.DecrementCounter(key, expireIn);

    public override void AddToSet(string key, string value) => real.AddToSet(key, value);

    public override void AddToSet(string key, string value, double score) => real.AddToSet(key, value, score);

    public override void RemoveFromSet(string key, string value) => real.RemoveFromSet(key, value);

    public override void InsertToList(string key, string value) => real.InsertToList(key, value);

    public override void RemoveFromList(string key, string value) => real.RemoveFromList(key, value);

    public override void TrimList(string key, int keepStartingFrom, int keepEndingAt) =>
        real.TrimList(key, keepStartingFrom, keepEndingAt);

    public override void SetRangeInHash(string key, IEnumerable<KeyValuePair<string, string>> keyValuePairs) =>
        real.SetRangeInHash(key, keyValuePairs);

    public override void RemoveHash(string key) => real.RemoveHash(key);

    public override void Commit() => real.Commit();

    public override void Dispose()
    {
        real.Dispose();
        base.Dispose();
    }
}
