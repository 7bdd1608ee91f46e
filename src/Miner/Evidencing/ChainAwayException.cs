namespace Ait.Miner.Evidencing;

/// <summary>The node could not be asked; asking again later may help.</summary>
internal sealed class ChainAwayException : Exception
{
    public ChainAwayException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
