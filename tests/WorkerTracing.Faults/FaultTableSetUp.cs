using WorkerTracing.Testing;

namespace WorkerTracing.Faults;

[SetUpFixture]
public static class FaultTableSetUp
{
    [OneTimeTearDown]
    public static void WriteTables()
    {
        if (Environment.GetEnvironmentVariable("WORKERTRACING_FAULT_TABLE") is { Length: > 0 } page)
            FaultTable.Write(Repository.PathOf(page));
    }
}
