using Ait.Engine.Execution;

namespace Ait.Engine.Training;

/// <summary>Runs a loop body over ranges of items on the threads of a crew.</summary>
internal sealed class CrewLoop(WorkCrew crew) : IWork
{
    private Action<int, int, int>? _body;

    public int Threads => crew.Threads;

    /// <param name="items">How many there are.</param>
    /// <param name="grain">How many a thread takes at once.</param>
    /// <param name="body">Does the items first … end − 1 as the worker of a number.</param>
    public void Run(int items, int grain, Action<int, int, int> body)
    {
        _body = body;
        crew.Run(this, 0, items, grain);
    }

    void IWork.Execute(int phase, int from, int end, int worker) => _body!(from, end, worker); // Set by Run, which is the only caller's way here.
}
