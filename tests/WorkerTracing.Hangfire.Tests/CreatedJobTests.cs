using System.Diagnostics;
using Hangfire;
using Hangfire.Common;
using Hangfire.States;
using OpenTelemetry;

namespace WorkerTracing.Hangfire.Tests;

/// <summary>What is stored when a job is created, and what its trace makes of it.</summary>
public sealed class CreatedJobTests
{
    [Test]
    public async Task Enqueue_InsideASpan_TheJobContinuesItsTrace()
    {
        using Server server = new Server().Start();
        using Activity creator = server.Source.StartActivity("creator")!;

        Activity job = await server.RunAsync(static () => { });

        Assert.That((job.TraceId, job.ParentSpanId), Is.EqualTo((creator.TraceId, creator.SpanId)));
        Assert.That(job.HasRemoteParent, Is.True, "the context came through the storage");
        Assert.That(job.Kind, Is.EqualTo(ActivityKind.Consumer));
        Assert.That(job.GetTagItem("workflow.trigger.type"), Is.EqualTo("api"));
    }

    [Test]
    public async Task Enqueue_WithoutASpan_StoresNoCreator()
    {
        using Server server = new Server().Start();
        string key = Work.Does(static () => { });

        string job = server.Client.Enqueue(() => Work.Run(key));

        Assert.That(server.Parameter(job, JobParameter.Job), Is.EqualTo("attempt: 1"));
        Activity span = await server.SpanAsync(job);
        Assert.That((span.ParentSpanId, span.Links.Count()), Is.EqualTo((default(ActivitySpanId), 0)));
    }

    [Test]
    public async Task Enqueue_WithBaggage_TheJobRunsWithItAndTheNextOneWithout()
    {
        using Server server = new Server().Start();
        string? tenant = null, next = "not run";

        Baggage.SetBaggage("tenant", "café, \"7\"");
        await server.RunAsync(() => tenant = Baggage.GetBaggage("tenant"));
        Baggage.RemoveBaggage("tenant");
        await server.RunAsync(() => next = Baggage.GetBaggage("tenant"));

        Assert.That((tenant, next), Is.EqualTo(("café, \"7\"", (string?)null)));
    }

    [Test]
    public void Enqueue_WithMuchBaggage_StoresOneBoundedString()
    {
        using var server = new Server();
        using Activity creator = server.Source.StartActivity("creator")!;
        for (int i = 0; i < 500; i++)
            Baggage.SetBaggage($"key{i}", new string('x', 1000));
        string key = Work.Does(static () => { });

        string job = server.Client.Enqueue(() => Work.Run(key));

        Assert.That(
            server.Parameter(job, JobParameter.Job),
            Has.Length.LessThan(9000).And.StartsWith($"attempt: 1\ntraceparent: 00-{creator.TraceId}-{creator.SpanId}-01\n"));
    }

    [Test]
    public async Task Recurring_ByTheScheduler_BelongsToNobody()
    {
        using var server = new Server();
        string key = Work.Does(static () => { });
        using (server.Source.StartActivity("startup"))
        {
            server.Recurring.AddOrUpdate("nightly", () => Work.Run(key), "* * * * * *");
            server.Start();

            Activity job = await JobOfAsync(server, "nightly");

            Assert.That(
                (job.ParentSpanId, job.Links.Count()),
                Is.EqualTo((default(ActivitySpanId), 0)),
                "who started the server did not create the job");
            Assert.That(job.GetTagItem("workflow.trigger.type"), Is.EqualTo("cron"));
            Assert.That(job.Kind, Is.EqualTo(ActivityKind.Internal));
        }
    }

    [Test]
    public async Task Recurring_TriggeredByHand_LinksToWhoDid()
    {
        using Server server = new Server().Start();
        string key = Work.Does(static () => { });
        server.Recurring.AddOrUpdate("report", () => Work.Run(key), Cron.Never());
        using Activity creator = server.Source.StartActivity("creator")!;

        server.Recurring.Trigger("report");

        Activity job = await JobOfAsync(server, "report");
        Assert.That(job.Links.Single().Context.SpanId, Is.EqualTo(creator.SpanId));
        Assert.That(job.TraceId, Is.Not.EqualTo(creator.TraceId));
    }

    [Test]
    public async Task Enqueue_InAJob_ContinuesThatJobsTrace()
    {
        using Server server = new Server().Start();
        string inner = Work.Does(static () => { });
        string? child = null;

        Activity outer = await server.RunAsync(() => child = server.Client.Enqueue(() => Work.Run(inner)));

        Assert.That((await server.SpanAsync(child!)).ParentSpanId, Is.EqualTo(outer.SpanId));
    }

    [TestCase("")]
    [TestCase("nonsense")]
    [TestCase("attempt: 0\ntraceparent: 00-zz-zz-01\nbaggage: ==\ndue: 99999999999999999999\nafter: ")]
    public async Task Perform_OfAJobWithAMalformedParameter_HasATraceOfItsOwn(string stored)
    {
        using var server = new Server();
        string key = Work.Does(static () => { });
        string job = server.Client.Create(() => Work.Run(key), new EnqueuedState());
        server.Storage.GetConnection().SetJobParameter(job, JobParameter.Job, SerializationHelper.Serialize(stored));
        server.Start();

        Activity span = await server.SpanAsync(job);

        Assert.That((span.ParentSpanId, span.Links.Count()), Is.EqualTo((default(ActivitySpanId), 0)));
        await server.StateAsync(job, SucceededState.StateName);
    }

    private static async Task<Activity> JobOfAsync(Server server, string recurringJob)
    {
        Activity? found = null;
        await Testing.Until.TrueAsync(
            () => (found = server.Exporter.Spans
                .FirstOrDefault(span => Equals(span.GetTagItem("worker_tracing.hangfire.recurring_job"), recurringJob))) is not null,
            $"a run of {recurringJob} has been exported");
        return found!;
    }
}
