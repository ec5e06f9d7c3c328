using System.Text.RegularExpressions;

namespace WorkerTracing;

/// <summary>
/// An address as an error message may show it: user, password, query and fragment can hold secrets, in one that cannot be read too.
/// </summary>
internal static partial class ShownAddress
{
    public static string Of(string address) => Hidden().Replace(address, "***");

    [GeneratedRegex(@"(?<=//|^)[^/?#]*(?=@)|(?<=[?#]).+", RegexOptions.CultureInvariant)]
    private static partial Regex Hidden();
}
