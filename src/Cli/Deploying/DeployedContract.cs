using Ait.Chain;

namespace Ait.Cli.Deploying;

/// <summary>One contract that a deployment created.</summary>
internal sealed record DeployedContract(string Name, Address Address, Hash256 Transaction, ulong BlockNumber, ulong Gas, int CodeSize);
