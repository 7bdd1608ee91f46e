namespace Ait.Engine.Execution;

/// <summary>Work that falls into items which may be done in any order by any thread.</summary>
internal interface IWork
{
    /// <summary>Does the items from … end − 1 of the phase; worker is the index of the thread.</summary>
    public void Execute(int phase, int from, int end, int worker);
}
