namespace WorkerTracing.Faults;

/// <summary>A worker that is asked to stop, with SIGTERM, while its backend is unwell.</summary>
public sealed class StopTests
{
    private static IEnumerable<object[]> Columns() =>
        from flush in new[] { FlushMode.Wait, FlushMode.None }
        from protocol in Protocol.All
        select new object[] { protocol, flush };

    private static IEnumerable<TestCaseData> Stops() => FaultMatrix.Of(
        from fault in new[] { FaultList.Healthy, FaultList.Slow, FaultList.Hung, FaultList.Dead }
        select fault with { StopsAtHalf = true },
        Columns());

    private static IEnumerable<TestCaseData> LongRequests() => FaultMatrix.Of(Columns());

    [TestCaseSource(nameof(Stops))]
    public async Task Stop_WhileTheBackendIsUnwell_EndsWithinItsDeadlineAndSaysWhatItLeft(object fault, object protocol, FlushMode flush)
    {
        FaultRun run = await FaultRun.MakeAsync(
            (Fault)fault,
            (Protocol)protocol,
            flush,
            static plan => plan with { Scenario = "service", Jobs = 25 });
        FaultTable.Add($"SIGTERM; the backend {run.Fault.Name}", run);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(run.Report.Unharmed, Is.EqualTo(run.Report.Jobs).And.AtLeast(run.Plan.Jobs), "jobs with a result of their own");
            Assert.That(
                run.Report.Stopping,
                Is.LessThan(10 * run.Plan.ShutdownTimeout),
                "the stop ends, by the shutdown's timeout and not by luck");
            RunAssert.SpansAddUp(run);
            RunAssert.NothingIsLeaked(run);
            if (run.Report.Lost.Values.Sum() > 0)
                Assert.That(run.Output, Does.Contain("spans are lost").Or.Contain("spans left"), "what is lost is said");
        }
    }

    /// <summary>
    /// The export that is in flight at the deadline would go on for half a minute: it is cancelled, and what it held is counted.
    /// </summary>
    [TestCaseSource(nameof(LongRequests))]
    public async Task Stop_WhileARequestWouldOutlastIt_CancelsAndCountsIt(object protocol, FlushMode flush)
    {
        FaultRun run = await FaultRun.MakeAsync(
            FaultList.Hung with { StopsAtHalf = true },
            (Protocol)protocol,
            flush,
            static plan => plan with { Scenario = "service", Jobs = 25, RequestTimeout = TimeSpan.FromSeconds(30) });
        FaultTable.Add("SIGTERM, with a request that may take 30 s; the backend reads, never answers", run);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(run.Report.Stopping, Is.LessThan(10 * run.Plan.ShutdownTimeout), "the stop does not wait for the request");
            Assert.That(run.Report.Lost.Values.Sum(), Is.EqualTo(run.Ended.Count), "all of it is counted");
        }
    }
}
