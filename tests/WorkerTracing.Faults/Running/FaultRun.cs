using System.Runtime.InteropServices;

namespace WorkerTracing.FaultTests;

/// <summary>A worker that has run its jobs against a faulty receiver, and what both of them say of it.</summary>
internal sealed record FaultRun(Fault Fault, Protocol Protocol, WorkerPlan Plan, WorkerReport Report, HashSet<ulong> Ended, Ledger Ledger, Ledger Elsewhere, string Output, int ExitCode)
{
    public static async Task<FaultRun> MakeAsync(Fault fault, Protocol protocol, FlushMode flush, Func<WorkerPlan, WorkerPlan>? change = null)
    {
        var ledger = new Ledger(Secrets.All);
        await using var elsewhere = new FaultReceiver(protocol, FaultList.Healthy, new Ledger([]));
        elsewhere.Up();
        await using var receiver = new FaultReceiver(protocol, fault, ledger, elsewhere.BaseAddress);
        string spanFile = Path.GetTempFileName();
        try
        {
            WorkerPlan plan = PlanFor(receiver, protocol, flush, spanFile);
            plan = change?.Invoke(plan) ?? plan;
            await fault.AtStart(receiver);
            await using var worker = new WorkerProcess(plan);
            await worker.SaysAsync("half");
            await fault.AtHalf(receiver);
            await worker.GoAsync();
            string said = await worker.SaysAsync("report");
            await worker.EndedAsync();
            return new FaultRun(
                fault, protocol, plan, WorkerReport.Parse(said), ReadSpans(spanFile), ledger, elsewhere.Ledger, worker.Log + said, worker.ExitCode);
        }
        finally
        {
            File.Delete(spanFile);
        }
    }

    public static WorkerPlan PlanFor(FaultReceiver receiver, Protocol protocol, FlushMode flush, string spanFile) => new()
    {
        Scenario = "jobs",
        Exporter = protocol.Exporter,
        Endpoint = new UriBuilder(new Uri(receiver.BaseAddress, protocol.Endpoint)) { UserName = "worker", Password = Secrets.Password }.Uri,
        Flush = flush,
        SpanFile = spanFile,
        ApiKey = Secrets.ApiKey,
        Argument = Secrets.Argument,
        Message = Secrets.Message,
    };

    public static HashSet<ulong> ReadSpans(string spanFile) => [.. MemoryMarshal.Cast<byte, ulong>(File.ReadAllBytes(spanFile))];
}
