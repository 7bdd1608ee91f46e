namespace Ait.Engine.Execution;

/// <summary>
/// A fixed set of threads (the caller is one of them) that share the items of a phase. Which thread does which item is
/// left to chance; results never depend on it. Not for concurrent callers.
/// </summary>
internal sealed class WorkCrew : IDisposable
{
    private const int SpinsBeforeSleep = 200;

    private readonly Thread[] _threads;
    private readonly SemaphoreSlim _wake = new(0);
    private readonly SemaphoreSlim _done = new(0);
    private IWork? _work;
    private int _phase;
    private int _items;
    private int _grain;
    private int _next;
    private int _helpers;
    private int _busy;
    private bool _stopping;
    private volatile Exception? _failure;

    public WorkCrew(int threads)
    {
        Threads = threads;
        _threads = new Thread[threads - 1];
        for (int i = 0; i < _threads.Length; i++)
        {
            int worker = i + 1;
            _threads[i] = new Thread(() => Serve(worker)) { IsBackground = true, Name = $"engine {worker}" };
            _threads[i].Start();
        }
    }

    public int Threads { get; }

    /// <summary>Does all items of a phase and returns when the last one is done.</summary>
    public void Run(IWork work, int phase, int items, int grain)
    {
        int helpers = Math.Min(_threads.Length, ((items + grain - 1) / grain) - 1);
        if (helpers <= 0)
        {
            work.Execute(phase, 0, items, 0);
            GC.KeepAlive(work);
            return;
        }

        Begin(work, phase, items, grain, helpers);
        End();
    }

    /// <summary>
    /// Has the other threads begin with the items while the caller does something else; the caller then has to <see cref="End"/>, and may run
    /// nothing in between. Without other threads nothing is done before that.
    /// </summary>
    public void Begin(IWork work, int phase, int items, int grain) => Begin(work, phase, items, grain, Math.Min(_threads.Length, (items + grain - 1) / grain));

    /// <summary>Helps with what is left and returns when the last item is done. Nothing if nothing was begun.</summary>
    public void End()
    {
        if (_work is null)
        {
            return;
        }

        Exception? own = null;
        try
        {
            Share(0);
        }
        catch (Exception failure)
        {
            own = failure;
        }

        if (_helpers > 0)
        {
            // Helpers that have not woken by now are not needed any more.
            while (_wake.Wait(0))
            {
                Leave();
            }

            for (int i = 0; i < SpinsBeforeSleep && Volatile.Read(ref _busy) != 0; i++)
            {
                Thread.SpinWait(20);
            }

            _done.Wait();
        }

        GC.KeepAlive(_work);
        _work = null;
        if ((own ?? _failure) is { } first)
        {
            _failure = null;
            throw new InvalidOperationException("A kernel failed.", first);
        }
    }

    public void Dispose()
    {
        _stopping = true;
        _wake.Release(Math.Max(1, _threads.Length));
        foreach (Thread thread in _threads)
        {
            thread.Join();
        }

        _wake.Dispose();
        _done.Dispose();
    }

    private void Begin(IWork work, int phase, int items, int grain, int helpers)
    {
        _work = work;
        _phase = phase;
        _items = items;
        _grain = grain;
        _next = 0;
        _helpers = helpers;
        _busy = helpers;
        if (helpers > 0)
        {
            _wake.Release(helpers);
        }
    }

    private void Serve(int worker)
    {
        while (true)
        {
            _wake.Wait();
            if (_stopping)
            {
                return;
            }

            try
            {
                FloatingPointMode.Demand();
                Share(worker);
            }
            catch (Exception failure)
            {
                _failure = failure;
            }
            finally
            {
                Leave();
            }
        }
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _busy) == 0)
        {
            _done.Release();
        }
    }

    private void Share(int worker)
    {
        while (true)
        {
            int end = Interlocked.Add(ref _next, _grain);
            int from = end - _grain;
            if (from >= _items)
            {
                return;
            }

            _work!.Execute(_phase, from, Math.Min(end, _items), worker); // Set before the wake-up that led here.
        }
    }
}
