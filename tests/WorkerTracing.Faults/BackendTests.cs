namespace WorkerTracing.Faults;

/// <summary>500 jobs in a real worker process, for each fault of the backend; in a full run for each exporter and flush mode too.</summary>
public sealed class BackendTests
{
    private static IEnumerable<TestCaseData> Matrix() => FaultMatrix.Of(
        FaultList.All,
        from flush in FaultMatrix.Modes
        from protocol in Protocol.All
        select new object[] { protocol, flush });

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
