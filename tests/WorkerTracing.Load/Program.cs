using System.Globalization;
using WorkerTracing.Load;

// Jobs of six spans that wait for delivery, against a backend of 20 ms. Usage: [seconds per line] [together | threads | staggered | http |
// grpc | curve ...] The curve is written to docs/images below the current folder, and only when it is asked for.
if (args is [Line.Verb, .. string[] line])
{
    await Line.AnswerAsync(line);
    return 0;
}

string[] known = [.. Scenario.All.Select(static scenario => scenario.Name), Curve.Name];
double seconds = 3;
string[] asked = args.Length > 0 && double.TryParse(args[0], CultureInfo.InvariantCulture, out seconds) ? args[1..] : args;
if (asked.FirstOrDefault(name => !known.Contains(name)) is { } unknown)
{
    Console.Error.WriteLine($"'{unknown}' is neither a number of seconds nor one of: {string.Join(", ", known)}.");
    Console.Error.WriteLine("Usage: [seconds per line] [what to measure ...]");
    return 2;
}

var duration = TimeSpan.FromSeconds(seconds);
Console.WriteLine(
    $"{Environment.ProcessorCount} cores, .NET {Environment.Version}, {Environment.OSVersion}, "
    + $"backend {Line.RoundTrip.TotalMilliseconds} ms, {Contender.SpansPerJob} spans a job");
foreach (Scenario scenario in Scenario.All.Where(scenario => asked.Length == 0 || asked.Contains(scenario.Name)))
    await Table.WriteAsync(scenario, duration);
if (asked.Contains(Curve.Name))
    await Curve.WriteAsync(duration, Path.Combine("docs", "images"));
return 0;
