using System.Diagnostics;
using System.Globalization;

namespace Ait.Bench.Coordinator;

/// <summary>A process of this program that serves on a port of its own and answers lines with lines.</summary>
internal sealed class ChildProcess : IDisposable
{
    private readonly Process _process;

    private ChildProcess(Process process, Uri address)
    {
        _process = process;
        Address = address;
    }

    internal Uri Address { get; }

    internal static async Task<ChildProcess> StartAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath ?? throw new InvalidOperationException("This process has no path."), arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Process process = Process.Start(start) ?? throw new InvalidOperationException("The child did not start.");
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is string text && !text.Contains(" info: ", StringComparison.Ordinal))
            {
                Console.Error.WriteLine(text); // Of what a coordinator logs, only what is wrong.
            }
        };
        process.BeginErrorReadLine();
        string line = await process.StandardOutput.ReadLineAsync() ?? string.Empty;
        return line.Split(' ') is ["ready", string address]
            ? new ChildProcess(process, new Uri(address))
            : throw new InvalidOperationException($"The child said '{line}' instead of 'ready URL'.");
    }

    internal async Task<string> AskAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
        return await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException($"The child ended when it was told '{line}'.");
    }

    internal async Task<ChildState> StateAsync()
    {
        long[] numbers = [.. (await AskAsync("state")).Split(' ').Select(word => long.Parse(word, CultureInfo.InvariantCulture))];
        return new ChildState((int)numbers[0], TimeSpan.FromMilliseconds(numbers[1]), numbers[2] / 1024.0, numbers[3] / 1024.0, numbers[4]);
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(TimeSpan.FromSeconds(20)))
        {
            _process.Kill();
        }

        _process.Dispose();
    }
}

/// <summary>Where a child stands.</summary>
/// <param name="Agreed">Tasks that are ready to settle.</param>
/// <param name="ProcessorTime">Spent so far.</param>
/// <param name="HeapMegabytes">Managed heap.</param>
/// <param name="ResidentMegabytes">Working set.</param>
/// <param name="AllocatedKilobytes">Allocated so far.</param>
internal sealed record ChildState(int Agreed, TimeSpan ProcessorTime, double HeapMegabytes, double ResidentMegabytes, long AllocatedKilobytes);
