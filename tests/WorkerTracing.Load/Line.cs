using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using OpenTelemetry;
using OpenTelemetry.Trace;

namespace WorkerTracing.Load;

/// <summary>One row of a table.</summary>
/// <param name="Scenario">What the jobs do.</param>
/// <param name="Jobs">How many at a time.</param>
/// <param name="InFlight">How many exports may be in flight.</param>
/// <param name="Way">How the jobs deliver.</param>
/// <param name="IdleProcessors">How many other batch processors live in the process, of another provider, with nothing to do.</param>
internal sealed record Line(Scenario Scenario, int Jobs, int InFlight, Way Way, int IdleProcessors = 0)
{
    /// <summary>The first argument of a process that measures one line.</summary>
    public const string Verb = "line";

    public static readonly TimeSpan RoundTrip = TimeSpan.FromMilliseconds(20);

    /// <summary>Measures in a process of its own, so that no line inherits another's threads, heap or compiled code.</summary>
    public async Task<Measurement> MeasureAsync(TimeSpan duration)
    {
        IEnumerable<string> numbers = new[] { Jobs, InFlight, IdleProcessors, duration.TotalSeconds }.Select(
            static number => number.ToString(CultureInfo.InvariantCulture));
        string[] arguments = [Verb, Scenario.Name, Way.Name, .. numbers];
        using Process process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, arguments) { RedirectStandardOutput = true })!;
        Measurement? measurement = await JsonSerializer.DeserializeAsync<Measurement>(process.StandardOutput.BaseStream);
        await process.WaitForExitAsync();
        return measurement!;
    }

    /// <summary>The other side of <see cref="MeasureAsync"/>.</summary>
    public static async Task AnswerAsync(string[] arguments)
    {
        Scenario scenario = Scenario.All.Single(scenario => scenario.Name == arguments[0]);
        Way way = Way.All.Single(way => way.Name == arguments[1]);
        var line = new Line(scenario, Number<int>(arguments[2]), Number<int>(arguments[3]), way, Number<int>(arguments[4]));
        TracerProviderBuilder others = Sdk.CreateTracerProviderBuilder();
        for (int i = 0; i < line.IdleProcessors; i++)
            others.AddProcessor(new BatchTraceProcessor(new SlowBackend(RoundTrip)));
        using TracerProvider idle = others.Build();
        GC.Collect(); // as if they had stood there for long
        var slow = new SlowBackend(RoundTrip, line.InFlight);
        await using LoopbackReceiver? receiver = scenario.Protocol is { } protocol ? new LoopbackReceiver(protocol, RoundTrip) : null;
        await (receiver?.StartAsync() ?? Task.CompletedTask);
        IBackend backend = receiver is null ? slow : receiver;
        using Contender contender = receiver is null
            ? line.Way.Contend(slow, line.Jobs)
            : new WorkerTracingContender(receiver.CreateExporter(), line.Jobs);
        ThreadPool.GetMinThreads(out int workers, out int io);
        ThreadPool.SetMinThreads(workers + line.Way.PoolThreads(line.Jobs), io);
        var duration = TimeSpan.FromSeconds(Number<double>(arguments[5]));
        Measurement first = await Measurement.TakeAsync(contender, backend, line, TimeSpan.Zero, TimeSpan.FromSeconds(1));
        // until the code is compiled for good
        await Measurement.TakeAsync(contender, backend, line with { Jobs = Math.Max(50, line.Jobs) }, TimeSpan.Zero, duration * 2 / 3);
        Measurement measurement = await Measurement.TakeAsync(contender, backend, line, duration / 3, duration);
        Console.WriteLine(JsonSerializer.Serialize(measurement with { FirstSecond = first.PerSecond }));
    }

    private static T Number<T>(string text)
        where T : IParsable<T> => T.Parse(text, CultureInfo.InvariantCulture);
}
