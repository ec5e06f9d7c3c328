using System.Diagnostics;
using FsCheck;
using FsCheck.Fluent;
using WorkerTracing.Testing;

namespace WorkerTracing.Faults;

/// <summary>Bad input in the headers of a job, which another program wrote.</summary>
[NonParallelizable] // every TracerProvider of the process records the jobs of all tests: the source is shared
public sealed class HeaderTests
{
    private static readonly Gen<(string? TraceParent, string? TraceState, string? Baggage)> Headers =
        from parent in BadHeaders.TraceParent
        from state in BadHeaders.TraceState
        from baggage in BadHeaders.Baggage
        select (parent, state, baggage);

    [Test]
    public void Extract_AnyHeaders_IsAContextThatCanBeSentOnOrNone() =>
        Prop.ForAll(Headers.ToArbitrary(), static headers =>
        {
            JobOrigin origin = Extract(headers);
            if (origin.Context != default)
            {
                Assert.That(origin.Context.TraceId, Is.Not.EqualTo(default(ActivityTraceId)));
                Assert.That(origin.Context.SpanId, Is.Not.EqualTo(default(ActivitySpanId)));
                Assert.That(origin.Context.IsRemote, Is.True);
            }

            Assert.That(origin.Baggage, Is.Null.Or.Not.Empty);
            AssertSentOn(origin);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(FullRun.IsOn ? 2000 : 500));

    [Test]
    public void Inject_AnyOriginThatCodeCanMake_WritesHeadersOfOneLine() =>
        Prop.ForAll(Origin.ToArbitrary(), static origin => AssertSentOn(origin))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(FullRun.IsOn ? 1000 : 300));

    [Test]
    public async Task AnyOriginAndBaggage_OfAJob_AreSentWellFormed()
    {
        await using TracedWorker worker = await TracedWorker.StartAsync(new WorkerTracingOptions { Relation = TraceRelation.Child });
        Prop.ForAll(Gen.OneOf(Headers.Select(Extract), Origin).ToArbitrary(), Run)
            .Check(Config.QuickThrowOnFailure.WithMaxTest(FullRun.IsOn ? 200 : 50));

        void Run(JobOrigin origin)
        {
            var job = new JobInfo
            {
                System = "test",
                Name = "job",
                Origin = origin.Context,
                Baggage = origin.Baggage,
                Links = [new ActivityLink(origin.Context)],
            };
            worker.RunAsync(job, _ => worker.Source.StartActivity("child")?.Dispose()).GetAwaiter().GetResult();
        }
    }

    private static Gen<JobOrigin> Origin { get; } =
        from state in BadHeaders.TraceState
        from key in Bad.Text
        from value in Bad.Text
        from any in Gen.Elements(true, false)
        select new JobOrigin(
            any
                ? new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded, state)
                : default,
            new Dictionary<string, string?> { [key] = value, ["null"] = null });

    private static JobOrigin Extract(
        (string? TraceParent, string? TraceState, string? Baggage) headers) => JobOrigin.Extract(headers, static (all, name) => name switch
    {
        "traceparent" => all.TraceParent,
        "tracestate" => all.TraceState,
        "baggage" => all.Baggage,
        _ => null,
    });

    /// <summary>Sent on, it is what it was, in headers that are no more than headers.</summary>
    private static void AssertSentOn(JobOrigin origin)
    {
        var sent = new Dictionary<string, string>();
        origin.Inject(sent, static (headers, name, value) => headers.Add(name, value));
        Assert.That(
            sent.Values.SelectMany(static value => value),
            Has.None.Matches<char>(static unit => unit is < ' ' or > '~'),
            "a header is one line of ASCII");
        var received = JobOrigin.Extract(sent, static (headers, name) => headers.GetValueOrDefault(name));
        Assert.That(received.Context.TraceId, Is.EqualTo(origin.Context.TraceId));
        Assert.That(received.Context.SpanId, Is.EqualTo(origin.Context.SpanId));
        Assert.That(
            received.Context.TraceFlags & ActivityTraceFlags.Recorded,
            Is.EqualTo(origin.Context.TraceFlags & ActivityTraceFlags.Recorded));
    }
}
