namespace WorkerTracing.Faults;

/// <summary>Jobs on threads of their own, in a process whose thread pool is blocked by synchronous work of the application.</summary>
public sealed class StarvationTests
{
    private static IEnumerable<TestCaseData> Protocols() => FaultMatrix.Protocols();

    /// <summary>HTTP/2 has no synchronous form: gRPC needs the thread pool, as the page on OTLP says.</summary>
    private static IEnumerable<TestCaseData> ProtocolsWithoutThePool() => FaultMatrix.Of(
        Protocol.All.Where(static protocol => !protocol.IsGrpc).Select(static protocol => new object[] { protocol }));

    private static IEnumerable<TestCaseData> ProtocolsWithThePool() => FaultMatrix.Of(
        Protocol.All.Where(static protocol => protocol.IsGrpc).Select(static protocol => new object[] { protocol }));

    private static IEnumerable<TestCaseData> ProtocolsWithoutThePoolInTurn() => FaultMatrix.Of(
        Protocol.All.Where(static protocol => !protocol.IsGrpc).Select(static protocol => new object[] { protocol }), turn: 1);

    /// <remarks>
    /// The backend takes a moment: a socket's answer that comes just as the export begins to read it may be left to the pool, by the
    /// runtime's own account of its race.
    /// </remarks>
    [TestCaseSource(nameof(ProtocolsWithoutThePool))]
    public async Task End_WhileTheThreadPoolIsBlocked_IsDelivered(object protocol)
    {
        FaultRun run = await FaultRun.MakeAsync(FaultList.Unhurried, (Protocol)protocol, FlushMode.Wait, static plan => Starve(plan) with
        {
            WarmUp = 1,
            FlushTimeout = TimeSpan.FromSeconds(20),
            RequestTimeout = TimeSpan.FromSeconds(10),
        });
        FaultTable.Add("the thread pool is blocked; the backend answers after 100 ms", run);

        Assert.That(run.Report.Flushes, Is.EqualTo(new Dictionary<FlushStatus, int> { [FlushStatus.Delivered] = run.Report.Jobs }));
        RunAssert.SpansAddUp(run);
    }

    [TestCaseSource(nameof(ProtocolsWithoutThePoolInTurn))]
    public async Task End_WhileTheThreadPoolIsBlockedAndThereIsNoConnectionYet_IsBounded(object protocol)
    {
        FaultRun run = await FaultRun.MakeAsync(
            FaultList.Healthy with { Arrives = Arrival.Some, LosesAnswers = true },
            (Protocol)protocol,
            FlushMode.Wait,
            Starve);
        FaultTable.Add("the thread pool is blocked, and there is no connection yet", run);

        RunAssert.PaymentIsBounded(run);
        RunAssert.SpansAddUp(run);
    }

    /// <remarks>An answer that comes after the timeout of its request is lost: the request is sent again.</remarks>
    [TestCaseSource(nameof(ProtocolsWithThePool))]
    public async Task End_WhileTheThreadPoolThatTheProtocolNeedsIsBlocked_IsBoundedAndArrivesLater(object protocol)
    {
        FaultRun run = await FaultRun.MakeAsync(
            FaultList.Unhurried with { Arrives = Arrival.Some, LosesAnswers = true },
            (Protocol)protocol,
            FlushMode.Wait,
            static plan => Starve(plan) with { WarmUp = 1 });

        RunAssert.PaymentIsBounded(run);
        RunAssert.SpansAddUp(run);
        Assert.That(run.Report.Lost, Is.Empty);
        Assert.That(run.Ended.IsSubsetOf(run.Ledger.Acknowledged), Is.True, "all arrive once the pool works again");
    }

    [TestCaseSource(nameof(Protocols))]
    public async Task End_WhileTheThreadPoolIsBlockedAndTheBackendHangs_IsBounded(object protocol)
    {
        FaultRun run = await FaultRun.MakeAsync(FaultList.Hung, (Protocol)protocol, FlushMode.Wait, Starve);
        FaultTable.Add("the thread pool is blocked; the backend reads, never answers", run);

        Assert.That(run.Report.Flushes.Keys, Is.SubsetOf(new[] { FlushStatus.TimedOut, FlushStatus.Failed }));
        RunAssert.PaymentIsBounded(run);
        RunAssert.SpansAddUp(run);
    }

    private static WorkerPlan Starve(WorkerPlan plan) => plan with { Scenario = "starved", Jobs = 200, Concurrency = 10 };
}
