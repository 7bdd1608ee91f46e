using Ait.Miner.Reporting;

namespace Ait.Miner.Tests.Fixtures;

/// <summary>Keeps what was reported, and prints it to the text a test can search.</summary>
internal sealed class RecordingReporter : IReporter
{
    private readonly Lock _lock = new();
    private readonly List<MinerEvent> _events = [];
    private readonly List<(Func<MinerEvent, bool> Wanted, TaskCompletionSource<MinerEvent> Found)> _waiting = [];

    public IReadOnlyList<MinerEvent> Events
    {
        get
        {
            lock (_lock)
            {
                return [.. _events];
            }
        }
    }

    public IEnumerable<string> Kinds => Events.Select(happened => happened.Kind);

    /// <summary>Everything both printers would have printed.</summary>
    public string Text
    {
        get
        {
            using var text = new StringWriter();
            foreach (MinerEvent happened in Events)
            {
                new SentenceReporter(text, TimeProvider.System).Report(happened);
                new JsonReporter(text, TimeProvider.System).Report(happened);
            }

            return text.ToString();
        }
    }

    public void Report(MinerEvent happened)
    {
        lock (_lock)
        {
            _events.Add(happened);
            foreach ((_, TaskCompletionSource<MinerEvent> found) in _waiting.Where(waiting => waiting.Wanted(happened)))
            {
                found.TrySetResult(happened);
            }
        }
    }

    /// <summary>The first event of this kind, past or to come.</summary>
    public Task<MinerEvent> WaitAsync(string kind) => WaitAsync(happened => happened.Kind == kind);

    public async Task<MinerEvent> WaitAsync(Func<MinerEvent, bool> wanted)
    {
        var found = new TaskCompletionSource<MinerEvent>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_events.FirstOrDefault(wanted) is MinerEvent past)
            {
                return past;
            }

            _waiting.Add((wanted, found));
        }

        try
        {
            return await found.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"The event did not come. Reported so far:\n{Text}");
        }
    }
}
