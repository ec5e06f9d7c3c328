using System.Diagnostics;

namespace WorkerTracing.Tests;

public sealed class JobOutcomeTests : IDisposable
{
    private static readonly CancellationToken Canceled = new(canceled: true);

    private readonly Pipeline _pipeline = new();

    public void Dispose() => _pipeline.Dispose();

    [Test]
    public void Fail_CancellationThatTheJobsTokenAskedFor_IsCancellation()
    {
        Activity span = SpanOf(job => job.Fail(new TaskCanceledException(), Canceled));

        Assert.That(span.GetTagItem("workflow.execution.result"), Is.EqualTo("cancellation"));
        Assert.That(span.Status, Is.EqualTo(ActivityStatusCode.Unset));
        Assert.That(span.Events, Is.Empty);
    }

    [Test]
    public void Fail_CancellationThatABlockingWaitWrapped_IsCancellation()
    {
        Activity span = SpanOf(job => job.Fail(new AggregateException(new AggregateException(new TaskCanceledException())), Canceled));

        Assert.That(span.GetTagItem("workflow.execution.result"), Is.EqualTo("cancellation"));
    }

    [Test]
    public void Fail_CancellationThatTheJobsTokenDidNotAskFor_IsFailure()
    {
        Activity span = SpanOf(job => job.Fail(new TaskCanceledException("a timeout"), CancellationToken.None));

        Assert.That(span.GetTagItem("workflow.execution.result"), Is.EqualTo("failure"));
        Assert.That(span.GetTagItem("error.type"), Is.EqualTo(typeof(TaskCanceledException).FullName));
    }

    [TestCase(false)]
    [TestCase(true)]
    public void Fail_AnotherExceptionWhileTheTokenIsCanceled_IsFailure(bool oneOfTwo)
    {
        Exception own = new InvalidOperationException();
        Activity span = SpanOf(job => job.Fail(oneOfTwo ? new AggregateException(new TaskCanceledException(), own) : own, Canceled));

        Assert.That(span.GetTagItem("workflow.execution.result"), Is.EqualTo("failure"));
    }

    [TestCase(true)]
    [TestCase(false)]
    [TestCase(null)]
    public void IsFinalAttempt_OfAFailedAttempt_IsOnTheSpan(bool? final)
    {
        Activity span = SpanOf(job =>
        {
            job.IsFinalAttempt = final;
            job.Fail(new InvalidOperationException());
        });

        Assert.That(span.GetTagItem("worker_tracing.final"), Is.EqualTo(final));
    }

    [Test]
    public void IsFinalAttempt_OfASuccessfulAttempt_IsNotOnTheSpan()
    {
        Activity span = SpanOf(static job => job.IsFinalAttempt = true);

        Assert.That(span.GetTagItem("worker_tracing.final"), Is.Null);
    }

    private Activity SpanOf(Action<JobTrace> run)
    {
        JobTrace job = _pipeline.Start();
        run(job);
        job.End();
        return job.Activity!;
    }
}
