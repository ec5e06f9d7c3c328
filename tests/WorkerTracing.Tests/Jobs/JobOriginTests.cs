using System.Diagnostics;
using OpenTelemetry;

namespace WorkerTracing.Tests;

public sealed class JobOriginTests
{
    [Test]
    public void InjectAndExtract_ContextAndBaggage_RoundTrip()
    {
        using var pipeline = new Pipeline();
        using Activity span = pipeline.Source.StartActivity("enqueue")!;
        span.TraceStateString = "vendor=1";
        Baggage.Current = Baggage.Create(new Dictionary<string, string> { ["tenant"] = "a b" });
        var headers = new Dictionary<string, string>();

        JobOrigin.Current.Inject(headers, static (carrier, name, value) => carrier[name] = value);
        var origin = JobOrigin.Extract(headers, static (carrier, name) => carrier.GetValueOrDefault(name));
        Baggage.Current = default;

        Assert.That(origin.Context.TraceId, Is.EqualTo(span.TraceId));
        Assert.That(origin.Context.SpanId, Is.EqualTo(span.SpanId));
        Assert.That(origin.Context.TraceFlags, Is.EqualTo(ActivityTraceFlags.Recorded));
        Assert.That(origin.Context.TraceState, Is.EqualTo("vendor=1"));
        Assert.That(origin.Context.IsRemote, Is.True);
        Assert.That(origin.Baggage, Is.EqualTo(new Dictionary<string, string?> { ["tenant"] = "a b" }));
    }

    [Test]
    public void Current_UnderAnUnlistenedRequest_IsNobody()
    {
        using Activity request = new Activity("request").Start();

        Assert.That(JobOrigin.Current.Context, Is.EqualTo(default(ActivityContext)));
    }

    [Test]
    public async Task Current_InATaskThatOutlivesItsSpan_IsThatSpan()
    {
        using var pipeline = new Pipeline();
        var ended = new TaskCompletionSource();
        Activity request = pipeline.Source.StartActivity("request")!;
        Task<JobOrigin> late = Task.Run(async () =>
        {
            await ended.Task;
            return JobOrigin.Current;
        });
        request.Dispose();
        ended.SetResult();

        Assert.That((await late).Context, Is.EqualTo(request.Context));
    }

    [TestCase(ActivityTraceFlags.None)]
    [TestCase(ActivityTraceFlags.Recorded)]
    public void Current_UnderAnUnlistenedRequestOfARemoteCaller_IsTheCallersTraceAndDecision(ActivityTraceFlags flags)
    {
        var caller = ActivityTraceId.CreateRandom();
        using Activity request = new Activity("request").SetParentId(caller, ActivitySpanId.CreateRandom(), flags).Start();
        using Activity inner = new Activity("inner").Start();

        Assert.That(JobOrigin.Current.Context.TraceId, Is.EqualTo(caller));
        Assert.That(JobOrigin.Current.Context.TraceFlags, Is.EqualTo(flags));
    }

    [Test]
    public void Current_NoBaggageOfOpenTelemetry_IsThatOfTheActivity()
    {
        Baggage.Current = default;
        using Activity outer = new Activity("outer").AddBaggage("tenant", "outer").AddBaggage("user", "ann").Start();
        using Activity inner = new Activity("inner").AddBaggage("tenant", "inner").Start();

        Assert.That(
            JobOrigin.Current.Baggage,
            Is.EquivalentTo(new Dictionary<string, string?> { ["tenant"] = "inner", ["user"] = "ann" }));
    }

    [Test]
    public void Inject_Nobody_WritesNothing()
    {
        var headers = new Dictionary<string, string>();

        default(JobOrigin).Inject(headers, static (carrier, name, value) => carrier[name] = value);

        Assert.That(headers, Is.Empty);
    }

    [TestCase("")]
    [TestCase("nonsense")]
    [TestCase("00-00000000000000000000000000000000-0000000000000000-01")]
    [TestCase("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331")]
    [TestCase("ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")]
    [TestCase("00-0AF7651916CD43DD8448EB211C80319C-B7AD6B7169203331-01")]
    public void Extract_MalformedTraceParent_IsNobody(string header)
    {
        var origin = JobOrigin.Extract(header, static (carrier, name) => name == JobOrigin.TraceParentHeader ? carrier : null);

        Assert.That(origin, Is.EqualTo(default(JobOrigin)));
    }

    [Test]
    public void Extract_OversizedHeaders_AreIgnored()
    {
        string huge = "a=" + new string('x', 1_000_000);

        var origin = JobOrigin.Extract(huge, static (carrier, _) => carrier);

        Assert.That(origin, Is.EqualTo(default(JobOrigin)));
    }

    [Test]
    public async Task Start_WithBaggage_SetsItForTheJobAloneAndPutsBackWhatWas()
    {
        using var pipeline = new Pipeline();
        Baggage.Current = Baggage.Create(new Dictionary<string, string> { ["who"] = "caller" });
        var bothIn = new Barrier(2);

        async Task<string?> RunAsync(string who) => await Task.Run(async () =>
        {
            JobTrace job = pipeline.Tracer.Start(Pipeline.Job() with { Baggage = new Dictionary<string, string?> { ["who"] = who } });
            bothIn.SignalAndWait(TimeSpan.FromSeconds(30));
            string? seen = Baggage.GetBaggage("who");
            await job.EndAsync();
            return seen + " then " + Baggage.GetBaggage("who");
        });
        string?[] seen = await Task.WhenAll(RunAsync("one"), RunAsync("two"));

        Assert.That(seen, Is.EqualTo(new[] { "one then caller", "two then caller" }));
        Assert.That(Baggage.GetBaggage("who"), Is.EqualTo("caller"));
        Baggage.Current = default;
    }
}
