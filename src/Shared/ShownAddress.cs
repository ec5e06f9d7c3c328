using System.Text.RegularExpressions;

namespace WorkerTracing;

/// <summary>
/// Shows an address in a message without what may hold secrets: user, password, query and fragment, also in one that cannot be parsed.
/// </summary>
internal static partial class ShownAddress
{
    public static string Of(string address) => Hidden().Replace(address, "***");

    [GeneratedRegex(@"(?<=//|^)[^/?#]*(?=@)|(?<=[?#]).+", RegexOptions.CultureInvariant)]
    private static partial Regex Hidden();
}
