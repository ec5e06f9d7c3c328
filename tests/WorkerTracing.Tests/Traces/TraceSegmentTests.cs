using System.Diagnostics;

namespace WorkerTracing.Tests;

public sealed class TraceSegmentTests
{
    private const string Mark = "WorkerTracing.TraceSegment";

    [Test]
    public void EndAsync_SpansNestedThousandsDeep_FindTheirTraceInAFewSteps()
    {
        using var pipeline = new Pipeline(batching: new BatchTraceProcessorOptions { MaxQueueSize = 16_384 });
        JobTrace job = pipeline.Start();
        var spans = new Stack<Activity>();
        for (int i = 0; i < 5000; i++)
            spans.Push(pipeline.Source.StartActivity("nested")!);
        Activity deepest = spans.Peek();
        while (spans.TryPop(out Activity? span))
            span.Dispose();

        FlushResult result = job.End();

        Assert.That(result, Is.EqualTo(new FlushResult(FlushStatus.Delivered, 5001, 0, result.Elapsed)));
        int longest = 0;
        int marked = 0;
        int steps = 0;
        for (Activity? at = deepest; at is not null; at = at.Parent)
        {
            steps++;
            if (at.GetCustomProperty(Mark) is null)
                continue;
            longest = Math.Max(longest, steps);
            marked++;
            steps = 0;
        }

        Assert.That((longest, marked), Is.EqualTo((33, 157)), "one span in 32 knows the trace, and so does the job");
    }
}
