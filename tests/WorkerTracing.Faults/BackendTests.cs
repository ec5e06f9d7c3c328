namespace WorkerTracing.Faults;

/// <summary>500 jobs in a real worker process, for each fault of the backend, each exporter and each flush mode.</summary>
public sealed class BackendTests
{
    private static IEnumerable<TestCaseData> Matrix() =>
        from fault in FaultList.All
        from protocol in Protocol.All
        from flush in Enum.GetValues<FlushMode>()
        select new TestCaseData(fault, protocol, flush).SetArgDisplayNames(fault.Name, protocol.Exporter, flush.ToString());

    [TestCaseSource(nameof(Matrix))]
    public async Task Run_WhileTheBackendFails_JobsAreUnharmedAndEverySpanIsAccountedFor(object fault, object protocol, FlushMode flush)
    {
        FaultRun run = await FaultRun.MakeAsync((Fault)fault, (Protocol)protocol, flush);
        FaultTable.Add(run);

        using (Assert.EnterMultipleScope())
        {
            RunAssert.JobsAreUnharmed(run);
            RunAssert.PaymentIsBounded(run);
            RunAssert.SpansAddUp(run);
            RunAssert.NothingIsLeaked(run);
        }
    }
}
