using System.Globalization;

namespace WorkerTracing.Kills;

/// <summary>Makes the runs that the command line asks for, and writes their table.</summary>
internal static class KillTable
{
    private const int DefaultKills = 50;

    /// <returns>False where the flight recorder has lost or invented something.</returns>
    public static async Task<bool> WriteAsync(string[] arguments)
    {
        bool isNumbered = int.TryParse(arguments.FirstOrDefault(), CultureInfo.InvariantCulture, out int kills);
        string[] names = isNumbered ? arguments[1..] : arguments;
        Framework[] frameworks = [.. Asked<Framework>(names).Where(static framework => framework != Framework.None)];
        Way[] ways = Asked<Way>(names);
        if (names.FirstOrDefault(static name => !Is<Framework>(name) && !Is<Way>(name)) is { } unknown)
            throw new ArgumentException($"'{unknown}' is neither a number of kills, nor a framework, nor a way of export.");
        foreach (Framework framework in frameworks)
        {
            if (Servers.MissingFor(framework) is { } variable)
                throw new InvalidOperationException($"{framework} needs a server: {variable} is not set.");
        }

        bool isExact = true;
        ResultTable.WriteHead(Console.Out);
        foreach (Scenario scenario in from framework in frameworks
                                      from isDown in new[] { false, true }
                                      from way in ways
                                      select new Scenario(framework, way, isDown, isNumbered ? kills : DefaultKills))
        {
            KillResult result = await KillRun.RunAsync(scenario, seed: 1);
            ResultTable.Write(Console.Out, result);
            if (scenario.Way != Way.FlightRecorder || result.IsExact)
                continue;
            isExact = false;
            Console.Error.WriteLine($"{result.Verdict.Describe()}\n{result.FilesLeft} files left");
        }

        return isExact;
    }

    /// <summary>Returns the values that are named; all where none is.</summary>
    private static T[] Asked<T>(string[] names)
        where T : struct, Enum =>
        names.Any(Is<T>) ? [.. names.Where(Is<T>).Select(static name => Enum.Parse<T>(name, ignoreCase: true))] : Enum.GetValues<T>();

    private static bool Is<T>(string name)
        where T : struct, Enum => Enum.TryParse(name, ignoreCase: true, out T _);
}
