using System.Diagnostics;
using WorkerTracing.Testing;

namespace WorkerTracing.Tests;

public sealed class SpanExceptionTests
{
    [Test]
    public void Record_ExceptionThatTheApplicationRecorded_IsThereOnce()
    {
        using Activity span = new Activity("span").Start();
        var exception = new InvalidOperationException("the message");
        span.AddException(exception);

        SpanException.Record(span, exception);

        Assert.That(span.Events.Count(), Is.EqualTo(1));
    }

    [Test]
    public void Record_AnotherExceptionOfTheSameType_IsThereToo()
    {
        using Activity span = new Activity("span").Start();
        span.AddException(new InvalidOperationException("one that was handled"));

        SpanException.Record(span, new InvalidOperationException("the one that was thrown"));

        Assert.That(span.Events.Count(), Is.EqualTo(2));
    }

    [Test]
    public void Record_ExceptionWhoseMembersThrow_IsRecordedByItsType()
    {
        using Activity span = new Activity("span").Start();

        SpanException.Record(span, new UntellableException());

        ActivityEvent recorded = span.Events.Single();
        Assert.That(recorded.Name, Is.EqualTo("exception"));
        object? type = recorded.Tags.Single(static tag => tag.Key == "exception.type").Value;
        Assert.That(type, Is.EqualTo(typeof(UntellableException).FullName));
    }

    [TestCase(null, true, false)]
    [TestCase("", true, false)]
    [TestCase("something/else", true, false)]
    [TestCase("logs", false, true)]
    [TestCase("logs/dup", true, true)]
    [TestCase("http, logs", false, true)]
    [TestCase("logs,logs/dup", true, true)]
    public void Parse_OfTheOptIn_ChoosesTheSignals(string? value, bool onSpan, bool inLog) =>
        Assert.That(ExceptionSignals.Parse(value), Is.EqualTo(new ExceptionSignals(onSpan, inLog)));
}
