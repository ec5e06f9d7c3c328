using Hangfire;
Console.WriteLine(typeof(JobStorage));
