using WorkerTracing.Testing;

namespace WorkerTracing.Faults;

/// <summary>
/// Decides which cells of the matrix are run: all of them in a full run, which takes minutes. In any other run each fault is run once, and
/// exporter and flush mode change from fault to fault.
/// </summary>
internal static class FaultMatrix
{
    /// <summary>The modes, the one that tells most first.</summary>
    public static IReadOnlyList<FlushMode> Modes { get; } = [FlushMode.Wait, FlushMode.Background, FlushMode.None];

    /// <summary>Combines rows with columns into test cases.</summary>
    /// <param name="rows">What must be run at least once.</param>
    /// <param name="columns">The further arguments. Outside of a full run each row gets one of them.</param>
    /// <param name="turn">The column that the first row gets.</param>
    public static IEnumerable<TestCaseData> Of(IEnumerable<Fault> rows, IEnumerable<object[]> columns, int turn = 0)
    {
        object[][] all = [.. columns];
        foreach (Fault row in rows)
        {
            foreach (object[] column in FullRun.IsOn ? all : [all[turn++ % all.Length]])
                yield return Case([row, .. column]);
        }
    }

    /// <summary>Makes a test case of each column, or of one of them outside of a full run.</summary>
    public static IEnumerable<TestCaseData> Of(IEnumerable<object[]> columns, int turn = 0)
    {
        object[][] all = [.. columns];
        return (FullRun.IsOn ? all : [all[turn % all.Length]]).Select(Case);
    }

    /// <summary>Every exporter, or one of them outside of a full run.</summary>
    public static IEnumerable<TestCaseData> Protocols(int turn = 0) =>
        Of(Protocol.All.Select(static protocol => new object[] { protocol }), turn);

    private static TestCaseData Case(object[] arguments) => new TestCaseData(arguments)
        .SetArgDisplayNames([.. arguments.Select(static argument => argument is Fault fault ? fault.Name : $"{argument}")]);
}
