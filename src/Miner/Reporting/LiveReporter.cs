using System.Text;

namespace Ait.Miner.Reporting;

/// <summary>Shows the process as it stands, drawn anew each second on the terminal's second screen; when it ends, the last events stay as sentences.</summary>
internal sealed class LiveReporter : IReporter, IAsyncDisposable
{
    private const string Enter = "\u001b[?1049h\u001b[?25l";
    private const string Leave = "\u001b[?25h\u001b[?1049l";
    private const string Home = "\u001b[H";
    private const string RestOfLine = "\u001b[K\r\n";
    private const string RestOfScreen = "\u001b[J";
    private const int LastWords = 5;
    private static readonly TimeSpan s_frame = TimeSpan.FromSeconds(1);

    private readonly TextWriter _output;
    private readonly Func<(int Width, int Height)> _size;
    private readonly Func<int?> _celsius;
    private readonly TimeProvider _clock;
    private readonly DateTimeOffset _started;
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly Task _drawing;
    private MinerStatus _status = MinerStatus.Beginning;
    private bool _ended;

    /// <param name="output">The terminal.</param>
    /// <param name="size">Its columns and rows now.</param>
    /// <param name="celsius">The GPU's temperature now; null if it is not known.</param>
    /// <param name="clock">The time.</param>
    public LiveReporter(TextWriter output, Func<(int Width, int Height)> size, Func<int?> celsius, TimeProvider clock)
    {
        _output = output;
        _size = size;
        _celsius = celsius;
        _clock = clock;
        _started = clock.GetUtcNow();
        _output.Write(Enter);
        _drawing = DrawAsync();
    }

    public void Report(MinerEvent happened)
    {
        lock (_lock)
        {
            _status = _status.With(happened, _clock.GetUtcNow());
        }
    }

    /// <summary>Gives the terminal back; safe to call again, also while the process is torn down.</summary>
    public void End()
    {
        MinerStatus last;
        lock (_lock)
        {
            if (_ended)
            {
                return;
            }

            _ended = true;
            _output.Write(Leave);
            last = _status;
        }

        var sentences = new SentenceReporter(_output, _clock);
        foreach ((_, MinerEvent happened) in last.Recent.TakeLast(LastWords))
        {
            sentences.Report(happened);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync().ConfigureAwait(false);
        await _drawing.ConfigureAwait(false);
        End();
        _ending.Dispose();
    }

    private async Task DrawAsync()
    {
        using var ticks = new PeriodicTimer(s_frame, _clock);
        try
        {
            do
            {
                int? celsius = _celsius();
                lock (_lock)
                {
                    if (_ended)
                    {
                        return;
                    }

                    (int width, int height) = _size();
                    var frame = new StringBuilder(Home);
                    foreach (string line in LiveView.Lines(_status, _started, _clock.GetUtcNow(), celsius, Math.Max(20, width), Math.Max(8, height)))
                    {
                        frame.Append(line).Append(RestOfLine);
                    }

                    _output.Write(frame.Append(RestOfScreen));
                    _output.Flush();
                }
            }
            while (await ticks.WaitForNextTickAsync(_ending.Token).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested)
        {
            return;
        }
    }
}
