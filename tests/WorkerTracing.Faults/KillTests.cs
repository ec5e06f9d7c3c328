using System.Globalization;

namespace WorkerTracing.Faults;

/// <summary>A worker is killed. Every span that a flush reported as delivered must have arrived, whatever the moment.</summary>
public sealed class KillTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    private static IEnumerable<TestCaseData> Kills() => FaultMatrix.Of(
        [FaultList.Healthy, FaultList.Slow, FaultList.Flapping],
        from afterJobs in new[] { 40, 300 }
        from protocol in Protocol.All
        select new object[] { protocol, afterJobs });

    private static IEnumerable<TestCaseData> Protocols() => FaultMatrix.Protocols();

    [TestCaseSource(nameof(Kills))]
    public async Task Kill_InMidJob_WhatWasToldDeliveredHasArrived(object fault, object protocol, int afterJobs)
    {
        (HashSet<ulong> told, HashSet<ulong> arrived, int jobs) = await RunAsync(
            (Fault)fault,
            (Protocol)protocol,
            FlushMode.Wait,
            afterJobs,
            betweenJobs: false);

        Assert.That(told, Is.Not.Empty, "flushes returned Delivered");
        Assert.That(told.Except(arrived), Is.Empty, $"spans reported as delivered, in {jobs} jobs");
    }

    [TestCaseSource(nameof(Protocols))]
    public async Task Kill_BetweenJobs_EveryJobThatEndedHasArrived(object protocol)
    {
        (HashSet<ulong> told, HashSet<ulong> arrived, int jobs) = await RunAsync(
            FaultList.Healthy,
            (Protocol)protocol,
            FlushMode.Wait,
            100,
            betweenJobs: true);

        Assert.That(told, Has.Count.EqualTo(4 * jobs), "every flush returned Delivered");
        Assert.That(told.Except(arrived), Is.Empty);
    }

    /// <summary>Shows what the flush is for, and that the tests above can fail.</summary>
    [TestCaseSource(nameof(Protocols))]
    public async Task Kill_BetweenJobsWithoutAFlush_TheJobsOfTheLastSecondsAreMissing(object protocol)
    {
        (HashSet<ulong> told, HashSet<ulong> arrived, _) = await RunAsync(
            FaultList.Healthy,
            (Protocol)protocol,
            FlushMode.None,
            100,
            betweenJobs: true);

        Assert.That(told, Is.Empty);
        Assert.That(arrived, Is.Empty, "the schedule comes after five seconds, the kill before");
    }

    /// <returns>
    /// The spans of the jobs whose flush answered Delivered, the spans that the receiver has acknowledged, and the number of jobs that
    /// ended.
    /// </returns>
    private static async Task<(HashSet<ulong> Told, HashSet<ulong> Arrived, int Jobs)> RunAsync(
        Fault fault,
        Protocol protocol,
        FlushMode flush,
        int afterJobs,
        bool betweenJobs)
    {
        await using var receiver = new FaultReceiver(protocol, fault, new Ledger([]));
        await fault.AtStart(receiver);
        WorkerPlan plan = FaultRun.PlanFor(receiver, protocol, flush, "") with
        {
            Scenario = "told",
            Jobs = betweenJobs ? afterJobs : 0,
            Concurrency = 16,
            FlushTimeout = Long,
            RequestTimeout = Long
        };
        var told = new HashSet<ulong>();
        int jobs = 0;
        await using (var worker = new WorkerProcess())
        {
            await worker.BeginAsync(plan);
            while (await worker.ReadLineAsync() is { } line && line != "half ")
            {
                string[] words = line.Split(' ');
                if (words[1] == nameof(FlushStatus.Delivered))
                    told.UnionWith(words[2].Split(',')
                        .Select(static id => ulong.Parse(id, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)));
                if (++jobs >= afterJobs && !betweenJobs)
                    worker.Kill();
            }

            if (betweenJobs)
                worker.Kill();
            await worker.EndedAsync();
        }

        return (told, [.. receiver.Ledger.Acknowledged], jobs);
    }
}
