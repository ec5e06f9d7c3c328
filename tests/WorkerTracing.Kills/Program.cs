using System.Globalization;
using WorkerTracing.Kills;

// Kills workers with SIGKILL at random moments, and counts what became of their spans. Usage, from the root of the repository:
//   dotnet run -c Release --project tests/WorkerTracing.Kills -- [kills] [framework ...] [way of export ...]
//   dotnet run -c Release --project tests/WorkerTracing.Kills -- soak [seconds]
// The servers of the frameworks are named by WORKERTRACING_POSTGRES and WORKERTRACING_RABBITMQ.
switch (args)
{
    case [WorkerPlan.Verb, ..]:
        await WorkerHost.RunAsync(WorkerPlan.Parse(args));
        return 0;
    case ["soak", .. string[] rest]:
        double seconds = rest is [string number] ? double.Parse(number, CultureInfo.InvariantCulture) : 600;
        SoakResult soak = await new SoakRun(TimeSpan.FromSeconds(seconds), seed: 1).RunAsync();
        soak.Write(Console.Out);
        if (!soak.Verdict.IsExact)
            Console.Error.WriteLine(soak.Verdict.Describe());
        return soak.IsExact ? 0 : 1;
    default:
        return await KillTable.WriteAsync(args) ? 0 : 1;
}
