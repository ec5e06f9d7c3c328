using OpenTelemetry.Trace;

namespace WorkerTracing.Quartz.Tests;

public sealed class FailureBoundaryTests
{
    private readonly FailureBoundary _boundary = new(new JobTracer(TracerProvider.Default), "Tests");

    [Test]
    public void Run_ActionThatThrows_ReturnsFalse()
    {
        Assert.Multiple(() =>
        {
            Assert.That(_boundary.Run("argument", static _ => throw new InvalidOperationException()), Is.False);
            Assert.That(_boundary.Run("argument", static _ => { }), Is.True);
        });
    }

    [Test]
    public void Run_FunctionThatThrows_ReturnsTheFallback()
    {
        Assert.Multiple(() =>
        {
            Assert.That(
                _boundary.Run("text", static string (_) => throw new InvalidOperationException(), "fallback"),
                Is.EqualTo("fallback"));
            Assert.That(_boundary.Run("text", static text => text.Length, -1), Is.EqualTo(4));
        });
    }

    [TestCase(true)]
    [TestCase(false)]
    public void RunAsync_ActionThatThrows_CompletesWithoutAFault(bool synchronously) =>
        Assert.That(
            async () => await _boundary.RunAsync(synchronously, static async synchronously =>
            {
                if (!synchronously)
                    await Task.Yield();
                throw new InvalidOperationException();
            }),
            Throws.Nothing);
}
