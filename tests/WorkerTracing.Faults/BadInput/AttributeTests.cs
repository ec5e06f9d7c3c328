using System.Diagnostics;
using FsCheck;
using FsCheck.Fluent;
using WorkerTracing.Testing;

namespace WorkerTracing.Faults;

/// <summary>Attributes of every type, size and encoding: the job does not notice, and both backends get what they can read.</summary>
[NonParallelizable] // every TracerProvider of the process records the jobs of all tests: the source is shared
public sealed class AttributeTests
{
    /// <summary>Names that the exporters look at, and others.</summary>
    private static readonly string[] Names =
    [
        "x", "", "gen_ai.operation.name", "gen_ai.request.model", "gen_ai.request.temperature", "gen_ai.input.messages",
        "gen_ai.output.messages", "gen_ai.system_instructions", "gen_ai.tool.definitions", "gen_ai.usage.input_tokens",
        "gen_ai.usage.output_tokens", "gen_ai.usage.other", "gen_ai.tool.call.arguments", "gen_ai.tool.call.result", "gen_ai.tool.name",
        "gen_ai.agent.name", "gen_ai.prompt", "gen_ai.completion", "mcp.session", "error.type",
        "worker_tracing.metadata.agent_harness_id", "worker_tracing.metadata.", "otel.status_code", "otel.status_description",
        "exception.stacktrace",
    ];

    private static readonly string?[] Operations
        = [null, "chat", "text_completion", "generate_content", "invoke_agent", "create_agent", "execute_tool", "embeddings"];

    private static readonly Gen<(string Name, object? Value)> Attribute =
        from name in Gen.Frequency((5, Gen.Elements(Names)), (1, Bad.Text))
        from value in Bad.Value
        select (name, value);

    private static readonly Gen<(string? Operation, (string, object?)[] OnJob, (string, object?)[] OnChild)> Case =
        from operation in Gen.Elements(Operations)
        from onJob in Attribute.ArrayOf(3)
        from onChild in Attribute.ArrayOf(6)
        select (operation, onJob, onChild);

    [Test]
    public async Task AnyAttributes_OnAJobAndASpanInIt_AreSentWellFormed()
    {
        await using TracedWorker worker = await TracedWorker.StartAsync();
        Prop.ForAll(Case.ToArbitrary(), attributes => worker.RunAsync(new JobInfo { System = "test", Name = "job" }, job =>
        {
            Describe(job.Activity!, attributes.OnJob);
            using Activity child = worker.Source.StartActivity("child")!;
            Describe(child, attributes.OnChild);
            child.SetTag("gen_ai.operation.name", attributes.Operation);
            child.AddEvent(new ActivityEvent("gen_ai.user.message", tags: Tags(attributes.OnChild)));
            child.AddLink(new ActivityLink(job.Activity!.Context, Tags(attributes.OnJob)));
        }).GetAwaiter().GetResult()).Check(Config.QuickThrowOnFailure.WithMaxTest(FullRun.IsOn ? 60 : 4).WithEndSize(80));
    }

    [TestCase("worker_tracing.metadata.x")]
    [TestCase("gen_ai.usage.input_tokens")]
    public async Task AMegabyte_AsAnAttribute_IsSent(string name)
    {
        await using TracedWorker worker = await TracedWorker.StartAsync();
        await worker.RunAsync(new JobInfo { System = "test", Name = "job" }, job => job.Activity!.SetTag(name, Bad.Megabyte));
    }

    /// <summary>
    /// OpenTelemetry's own exporter fails on such an attribute, and the batch with it: that is said, and the next batch leaves.
    /// </summary>
    [Test]
    public async Task AnAttributeWithoutAName_IsLostByOpenTelemetrysExporterAndSaidSo()
    {
        await using TracedWorker worker = await TracedWorker.StartAsync();
        JobTrace job = worker.Tracer.Start(new JobInfo { System = "test", Name = "job" });
        job.Activity!.SetTag(null!, "x");

        FlushResult result = job.End();

        Assert.That(result, Is.EqualTo(new FlushResult(FlushStatus.Failed, 1, 1, result.Elapsed)));
        await worker.RunAsync(new JobInfo { System = "test", Name = "the next" }, static _ => { });
    }

    private static ActivityTagsCollection Tags((string Name, object? Value)[] attributes) =>
        new(attributes.DistinctBy(static tag => tag.Name).Select(static tag => KeyValuePair.Create(tag.Name, tag.Value)));

    private static void Describe(Activity span, (string Name, object? Value)[] attributes)
    {
        foreach ((string name, object? value) in attributes)
            span.SetTag(name, value);
    }
}
