using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace WorkerTracing.Faults;

/// <summary>A worker that has run its jobs against a faulty receiver, and what both of them say of it.</summary>
internal sealed record FaultRun(
    Fault Fault,
    Protocol Protocol,
    WorkerPlan Plan,
    WorkerReport Report,
    HashSet<ulong> Ended,
    Ledger Ledger,
    Ledger Elsewhere,
    string Output)
{
    private const string UsualScenario = "jobs";

    /// <summary>
    /// The timeouts where a backend acknowledges each request that it takes. A short one could expire on a busy machine between the
    /// acknowledgement and its arrival: the worker would send the spans again, or count them as lost.
    /// </summary>
    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Spans of exports that had not come back from their cancellation when the worker's time was up, as on a machine that is too busy: the
    /// worker says how many, and that it does not know of them.
    /// </summary>
    public int InFlight => Regex.Matches(Output, @"was shut down with (\d+) spans in flight")
        .Sum(static match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture));

    /// <summary>
    /// Runs the plan that <paramref name="change"/> makes of the usual one. The usual plan is run by a worker of the pool; a plan of another
    /// scenario, or with variables of its own, by a new process, which ends with it.
    /// </summary>
    public static async Task<FaultRun> MakeAsync(
        Fault fault,
        Protocol protocol,
        FlushMode flush,
        Func<WorkerPlan, WorkerPlan>? change = null,
        IReadOnlyDictionary<string, string>? environment = null)
    {
        var ledger = new Ledger(Secrets.All);
        await using var elsewhere = new FaultReceiver(protocol, FaultList.Healthy, new Ledger([]));
        elsewhere.Up();
        await using var receiver = new FaultReceiver(protocol, fault, ledger, elsewhere.BaseAddress);
        string spanFile = Path.GetTempFileName();
        try
        {
            WorkerPlan plan = PlanFor(receiver, protocol, flush, spanFile);
            if (fault.ArrivesOver(protocol) != Arrival.None && !fault.LosesAnswersOver(protocol, flush))
                plan = plan with { RequestTimeout = Ample, ShutdownTimeout = Ample };
            plan = change?.Invoke(plan) ?? plan;
            await fault.AtStart(receiver);
            bool isUsual = plan.Scenario == UsualScenario && environment is null;
            WorkerProcess worker = isUsual ? WorkerPool.Rent() : new WorkerProcess(environment);
            string said, log;
            try
            {
                await worker.BeginAsync(plan);
                said = await FinishAsync(worker, fault, receiver);
                log = await worker.ReadLogAsync();
            }
            catch
            {
                await worker.DisposeAsync();
                throw;
            }

            var run = new FaultRun(
                fault,
                protocol,
                plan,
                WorkerReport.Parse(said),
                ReadSpans(spanFile),
                ledger,
                elsewhere.Ledger,
                log + said);
            if (isUsual && run.InFlight == 0) // an export in flight could be counted in the next plan
                WorkerPool.Return(worker);
            else
                await worker.EndAsync();
            return run;
        }
        finally
        {
            File.Delete(spanFile);
        }
    }

    private static async Task<string> FinishAsync(WorkerProcess worker, Fault fault, FaultReceiver receiver)
    {
        while (await worker.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("report ", StringComparison.Ordinal))
                return line["report ".Length..];
            if (line != "half ")
                continue;
            await fault.AtHalf(receiver);
            if (fault.StopsAtHalf)
                worker.Stop();
            else
                await worker.ContinueAsync();
        }

        throw new InvalidOperationException($"The worker ended without a report. Its log: {worker.Log}");
    }

    public static WorkerPlan PlanFor(FaultReceiver receiver, Protocol protocol, FlushMode flush, string spanFile) => new()
    {
        Scenario = UsualScenario,
        Exporter = protocol.Exporter,
        Endpoint = new UriBuilder(new Uri(receiver.BaseAddress, protocol.Endpoint))
        {
            UserName = "worker",
            Password = Secrets.Password,
        }.Uri,
        Flush = flush,
        SpanFile = spanFile,
        ApiKey = Secrets.ApiKey,
        Argument = Secrets.Argument,
        Message = Secrets.Message,
    };

    public static HashSet<ulong> ReadSpans(string spanFile) => [.. MemoryMarshal.Cast<byte, ulong>(File.ReadAllBytes(spanFile))];
}
