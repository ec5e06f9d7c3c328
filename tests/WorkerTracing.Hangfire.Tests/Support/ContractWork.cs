namespace WorkerTracing.Hangfire.Tests;

public sealed class ContractWork : IContractWork
{
    public void Run(string key) => Work.Run(key);
}
