using System.Diagnostics;
using Quartz;

namespace WorkerTracing.Quartz3.Tests;

/// <summary>The work of samples/QuartzWorker, which runs on Quartz 4, on Quartz 3.</summary>
public sealed class SampleTests
{
    [Test]
    public async Task QuartzWorker_WithABrokenLink_IsAFailedJobWithASpanForEachFile()
    {
        string folder = Directory.CreateTempSubdirectory("quartz-worker-").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "good.md"), "[itself](good.md) and [the web](https://example.com)");
        await File.WriteAllTextAsync(Path.Combine(folder, "bad.md"), "[nothing](missing.md)");
        await using TracedScheduler traced = await TracedScheduler.StartAsync(
            tracing: static tracing => tracing.AddSource(LinkCheck.Source.Name));

        await traced.Scheduler.ScheduleJob(
            JobBuilder.Create<LinkCheckJob>().WithIdentity("check links").UsingJobData("folder", folder).Build(),
            TriggerBuilder.Create().StartNow().Build());

        Activity job = await traced.JobSpanAsync();
        Directory.Delete(folder, recursive: true);
        Assert.That(job.DisplayName, Is.EqualTo("check links"));
        Assert.That(job.GetTagItem("error.type"), Is.EqualTo(typeof(FileNotFoundException).FullName));
        Assert.That(job.StatusDescription, Is.EqualTo("1 broken links: bad.md: missing.md"));
        Assert.That(
            traced.Trace(job.TraceId).Where(span => span.ParentSpanId == job.SpanId).Select(static span => span.DisplayName),
            Is.EquivalentTo(new[] { "good.md", "bad.md" }));
    }

    [DisallowConcurrentExecution]
    private sealed class LinkCheckJob : IJob
    {
        public Task Execute(IJobExecutionContext context) =>
            LinkCheck.RunAsync(context.MergedJobDataMap.GetString("folder")!, context.CancellationToken);
    }
}
