using System.Diagnostics;
using FsCheck;
using FsCheck.Fluent;
using Hangfire;
using Hangfire.Common;
using Hangfire.States;
using Hangfire.Storage;
using OpenTelemetry.Trace;
using WorkerTracing.Testing;

namespace WorkerTracing.Hangfire.Tests;

/// <summary>What is stored with a job was written by another version, another program, or a person with a database tool.</summary>
[NonParallelizable] // its sampler takes everything, and the sampler of one TracerProvider decides for all of the process
public sealed class BadInputTests
{
    private static readonly string[] Names =
    [
        JobParameter.Job, JobParameter.Version01Origin, JobParameter.Version01Turn, JobParameter.Version01Trace, JobParameter.RetryCount,
        JobParameter.RecurringJobId,
    ];

    /// <summary>The lines that the filter writes, each nearly right.</summary>
    private static readonly Gen<string> Lines =
        from parent in BadHeaders.TraceParent
        from state in BadHeaders.TraceState
        from baggage in BadHeaders.Baggage
        from due in Gen.Elements(
            "2026-01-01T00:00:00.000Z",
            "9999-12-31T23:59:59.999Z",
            "0001-01-01T00:00:00.000Z",
            "2026-13-01T00:00:00.000Z",
            "soon",
            "",
            "1")
        from attempt in Gen.Elements("1", "3", "0", "-1", "99999999999", "x", "")
        from id in Bad.Text
        select $"attempt: {attempt}\nagain: {due}\nprevious: {parent}\nantecedent: {parent}\n"
            + $"traceparent: {parent}\ntracestate: {state}\nbaggage: {baggage}\ndue: {due}\nqueue: {id}\nafter: {id}\nrecurring: {id}";

    /// <summary>What stands in the storage: JSON of the right text, JSON of another type, and no JSON.</summary>
    private static readonly Gen<string?> Stored = Gen.Frequency(
        (4, Gen.OneOf(Lines.Select(static text => (string?)text), BadHeaders.TraceParent, Gen.Constant<string?>(Bad.Megabyte))
            .Select(static text => (string?)SerializationHelper.Serialize(text))),
        (2, Gen.Elements<string?>(
            null,
            "",
            "null",
            "42",
            "-1",
            "2147483647",
            "1e999",
            "true",
            "[]",
            "[\"x\"]",
            "{\"$type\":\"System.Uri\"}",
            "\"",
            "'",
            "NaN")),
        (2, Gen.OneOf(
            Bad.Text.Select(static text => (string?)text),
            Lines.Select(static text => (string?)text),
            Gen.Constant<string?>(Bad.Megabyte))));

    public static string Echo(string answer) => answer;

    [Test]
    public void Perform_WithAnyParameters_AnswersFromAValidSpan([Values(FlushMode.Background, FlushMode.Wait)] FlushMode flush)
    {
        using var server = new Server(
            // what is stored may well say that its trace is not sampled
            new WorkerTracingOptions { Flush = flush, CaptureArguments = true }, sampler: new AlwaysOnSampler());
        server.Start();

        Prop.ForAll(Stored.ArrayOf(Names.Length).ToArbitrary(), parameters =>
        {
            string answer = Guid.NewGuid().ToString();
            string job = server.Client.Schedule(() => Echo(answer), TimeSpan.FromDays(1));
            using IStorageConnection connection = server.Storage.GetConnection();
            foreach ((string name, string? value) in Names.Zip(parameters))
                connection.SetJobParameter(job, name, value);

            server.Client.ChangeState(job, new EnqueuedState());

            server.StateAsync(job, SucceededState.StateName, FailedState.StateName).GetAwaiter().GetResult();
            Assert.That(
                connection.GetStateData(job).Data["Result"],
                Is.EqualTo(SerializationHelper.Serialize(answer)),
                "the job's own answer");
            Until.True(() => server.SpansOf(job).Count > 0, "the job's span has been exported");
            Activity span = server.SpansOf(job).Single();
            Assert.That(span.GetTagItem("workflow.execution.result"), Is.EqualTo("success"));
            Assert.That(span.GetTagItem("worker_tracing.attempt"), Is.GreaterThan(0));
            Assert.That((span.TraceId, span.SpanId), Is.Not.EqualTo((default(ActivityTraceId), default(ActivitySpanId))));
            if (span.ParentSpanId != default)
                Assert.That(parameters[0] + parameters[1], Does.Contain(span.ParentSpanId.ToHexString()), "a stored creator");
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(FullRun.IsOn ? 100 : 15));
    }
}
