using System.Collections;
using NUnit.Framework.Interfaces;
using NUnit.Framework.Internal;

namespace WorkerTracing.Tests;

/// <summary>
/// So many random arguments, which follow from the seed of the run alone. NUnit's own attribute goes on with its first sequence where a
/// suite is loaded again with another seed, so there nobody could tell which seed makes an argument come back.
/// </summary>
[AttributeUsage(AttributeTargets.Parameter)]
internal sealed class SeedsAttribute(int count) : NUnitAttribute, IParameterDataSource
{
    public IEnumerable GetData(IParameterInfo parameter)
    {
        var random = new Random(Randomizer.InitialSeed);
        return Enumerable.Range(0, count).Select(_ => random.Next()).ToArray();
    }
}
