namespace WorkerTracing.Faults;

/// <summary>An outage that is longer than the queue.</summary>
public sealed class QueueTests
{
    private static IEnumerable<TestCaseData> Runs() => FaultMatrix.Of(
        from flush in FaultMatrix.Modes
        from protocol in Protocol.All
        select new object[] { protocol, flush });

    [TestCaseSource(nameof(Runs))]
    public async Task Run_OutageThatFillsTheQueue_WhatIsRefusedIsCounted(object protocol, FlushMode flush)
    {
        FaultRun run = await FaultRun.MakeAsync(FaultList.Hung, (Protocol)protocol, flush, static plan => plan with { MaxQueueSize = 256 });
        FaultTable.Add($"a queue of 256; the backend {run.Fault.Name}", run);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(run.Report.Lost.GetValueOrDefault("queue_full"), Is.Positive);
            RunAssert.JobsAreUnharmed(run);
            RunAssert.PaymentIsBounded(run);
            RunAssert.SpansAddUp(run);
        }
    }
}
