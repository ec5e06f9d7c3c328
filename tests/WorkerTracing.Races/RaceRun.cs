using System.Reflection;
using NUnit;
using NUnit.Framework.Api;
using NUnit.Framework.Interfaces;
using NUnit.Framework.Internal;

namespace WorkerTracing.Races;

/// <summary>
/// The tests of one assembly that belong to some categories, run by NUnit's own runner: those that may run side by side do.
/// </summary>
internal sealed class RaceRun
{
    /// <summary>A test has bounds of its own, shorter than this.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(3);

    private readonly NUnitTestAssemblyRunner _runner = new(new DefaultTestAssemblyBuilder());

    /// <param name="assembly">Where the tests are.</param>
    /// <param name="seed">Decides the random arguments of tests.</param>
    /// <param name="categories">Which fixtures.</param>
    public RaceRun(Assembly assembly, int seed, params string[] categories)
    {
        ITest root = _runner.Load(assembly, new Dictionary<string, object>
        {
            [FrameworkPackageSettings.RandomSeed] = seed,
            [FrameworkPackageSettings.NumberOfTestWorkers] = 4,
        });
        Tests = [.. Leaves(root).Where(test => IsIn(test, categories))];
    }

    public IReadOnlyList<ITest> Tests { get; }

    /// <summary>Runs the tests, and answers with what failed.</summary>
    public IReadOnlyList<ITestResult> Run(IEnumerable<ITest> tests)
    {
        var failures = new Failures();
        _runner.RunAsync(failures, new Chosen(tests));
        return _runner.WaitForCompletion((int)Bound.TotalMilliseconds)
            ? failures.Results
            : throw new TimeoutException(
                $"Within {Bound.TotalMinutes} minutes these did not end: {string.Join(", ", tests.Select(static test => test.FullName))}.");
    }

    private static IEnumerable<ITest> Leaves(ITest test) => test.IsSuite ? test.Tests.SelectMany(Leaves) : [test];

    private static bool IsIn(ITest? test, string[] categories)
    {
        for (; test is not null; test = test.Parent)
        {
            if (test.Properties[PropertyNames.Category].Cast<string>().Any(categories.Contains))
                return true;
        }

        return false;
    }

    private sealed class Chosen(IEnumerable<ITest> tests) : TestFilter
    {
        private readonly HashSet<string> _ids = [.. tests.Select(static test => test.Id)];

        public override bool Match(ITest test) => _ids.Contains(test.Id);

        public override TNode AddToXml(TNode parentNode, bool recursive) => parentNode.AddElement("filter");
    }

    private sealed class Failures : ITestListener
    {
        private readonly List<ITestResult> _results = [];

        public IReadOnlyList<ITestResult> Results
        {
            get
            {
                lock (_results)
                    return [.. _results];
            }
        }

        public void TestFinished(ITestResult result)
        {
            if (result.Test.IsSuite || result.ResultState.Status != TestStatus.Failed)
                return;
            lock (_results)
                _results.Add(result);
        }

        public void TestStarted(ITest test)
        {
        }

        public void TestOutput(TestOutput output)
        {
        }

        public void SendMessage(TestMessage message)
        {
        }
    }
}
