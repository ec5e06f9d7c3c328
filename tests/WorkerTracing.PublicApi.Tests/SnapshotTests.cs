using WorkerTracing.Testing.PublicApi;

namespace WorkerTracing.PublicApi.Tests;

public sealed class SnapshotTests
{
    [TestCase(typeof(JobTracer))]
    [TestCase(typeof(MassTransitWorkerTracingExtensions))]
    [TestCase(typeof(OpenAIWorkerTracingExtensions))]
    [TestCase(typeof(JobTraceListener))]
    [TestCase(typeof(JobTraceFilter))]
    [TestCase(typeof(DashboardWorkerTracingExtensions))]
    public void PublicApi_OfAPackage_IsWhatWasApproved(Type one)
    {
        string difference = PublicApiSnapshot.Difference(one.Assembly, "tests/WorkerTracing.PublicApi.Tests");

        if (difference.Length > 0)
            Assert.Fail(difference);
    }
}
