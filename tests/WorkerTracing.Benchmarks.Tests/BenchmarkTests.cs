using System.Diagnostics;
using WorkerTracing.Benchmarks.Peer;

namespace WorkerTracing.Benchmarks.Tests;

/// <summary>That the benchmarks do what they say. Nothing here is timed.</summary>
[NonParallelizable]
public sealed class BenchmarkTests
{
    [Test]
    public void OpenAIWriting_ThePeers_WriteAsManyBytes([Values] SpanKind kind)
    {
        var benchmark = new OpenAIWriting { Kind = kind };
        benchmark.SetUp();

        int ours = benchmark.WorkerTracing();

        Assert.That(ours - 31, Is.EqualTo(benchmark.SourceGenerated()), "ours has a comma between any two items");
        Assert.That(benchmark.Reflecting(), Is.EqualTo(benchmark.SourceGenerated()));
        benchmark.CleanUp();
    }

    [Test]
    public void SerializerPeer_AnySpan_WritesTheBytesOfTheExporter([Values] SpanKind kind, [Values] bool sourceGenerated)
    {
        using Activity span = SampleSpans.Make(kind);
        using var text = new Utf8Buffer();
        SpanItem.Write(new SpanFields(text, new AgentRuns()) { IncludeContent = true }, span, []);
        using var peer = new SerializerPeer(sourceGenerated);

        peer.Add(span);

        Assert.That(System.Text.Encoding.UTF8.GetString(peer.Written), Is.EqualTo(System.Text.Encoding.UTF8.GetString(text.Written)));
        Assert.That(text.Length, kind == SpanKind.LongGeneration ? Is.GreaterThan(95_000) : Is.LessThan(1_000));
        Assert.That(System.Text.Encoding.UTF8.GetString(text.Written), Does.Not.Contain("truncated"), "what is cut would be other work");
    }

    [Test]
    public async Task JobCost_EachWay_RunsItsJobs([Values] bool quartz)
    {
        foreach ((Func<JobCost, Task> start, Func<JobCost, Task> run) in new (Func<JobCost, Task>, Func<JobCost, Task>)[]
                 {
                     (static cost => cost.StartBareAsync(), static cost => cost.Bare()),
                     (static cost => cost.StartDisabledAsync(), static cost => cost.Disabled()),
                     (static cost => cost.StartOwnInstrumentationAsync(), static cost => cost.OwnInstrumentation()),
                     (static cost => cost.StartFlushNoneAsync(), static cost => cost.FlushNone()),
                     (static cost => cost.StartFlushNoneWithOurDefaultsAsync(), static cost => cost.FlushNoneWithOurDefaults()),
                     (static cost => cost.StartFlushBackgroundAsync(), static cost => cost.FlushBackground()),
                 })
        {
            JobCost cost = quartz ? new QuartzJobCost() : new MassTransitJobCost();
            await start(cost);
            await run(cost).WaitAsync(TimeSpan.FromSeconds(60));
            await cost.CleanUpAsync();
        }
    }

    [Test]
    public void SpanEnd_RoomAndNoRoom_RunARound()
    {
        var room = new SpanEndWithRoom { Threads = 2 };
        room.StartOurs();
        room.WorkerTracing();
        Assert.That(room.Drain, Throws.Nothing, "every span had room");
        room.CleanUp();

        var full = new SpanEndWhenFull { Threads = 2 };
        full.StartOurs();
        full.WorkerTracing();
        Assert.That(full.CleanUp, Throws.Nothing);
    }

    [Test]
    public void MemoryCurve_FewJobs_PrintsTenSteps() => Assert.That(
        LinesOf(static () => MemoryCurve.Print(400)), Has.Length.EqualTo(13), "two lines of heading, the warm-up and ten steps");

    [Test]
    [Platform("Linux")]
    public void RecorderFaults_NoPause_PrintsFourRounds() => Assert.That(
        LinesOf(static () => RecorderFaults.Print(TimeSpan.Zero)), Has.Length.EqualTo(7), "three lines of heading and four rounds");

    private static string[] LinesOf(Action print)
    {
        TextWriter console = Console.Out;
        using var output = new StringWriter();
        Console.SetOut(output);
        try
        {
            print();
        }
        finally
        {
            Console.SetOut(console);
        }

        return output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
