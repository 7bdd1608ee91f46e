using Ait.Chain;
using Ait.Chain.Abi;
using Ait.Chain.Contracts;
using Ait.Chain.Rpc;
using Ait.Cli.Asking;
using Ait.Cli.Deploying;

namespace Ait.Cli.Tests.Deploying;

/// <summary>Who may do what once a deployment is complete: every role ever granted, and every governed contract's governor.</summary>
internal static class RoleMatrix
{
    private static readonly (string Contract, Func<Deployment, Address> Address)[] s_governed =
    [
        ("MiningRegistry", deployment => deployment.MiningRegistry),
        ("DeviceRegistry", deployment => deployment.DeviceRegistry),
        ("ChallengeRegistry", deployment => deployment.ChallengeRegistry),
        ("AttendanceRegistry", deployment => deployment.AttendanceRegistry),
        ("CoordinatorBond", deployment => deployment.CoordinatorBond),
        ("OperatorBond", deployment => deployment.OperatorBond),
        ("CertificateCache", deployment => deployment.CertificateCache),
        ("SnpVerifier", deployment => deployment.SnpVerifier),
        ("NvidiaVerifier", deployment => deployment.NvidiaVerifier),
        ("DcapVerifier", deployment => deployment.DcapVerifier),
    ];

    internal static async Task AssertAsync(ChainAccess chain, Deployment deployment, Address? proposer)
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        foreach ((string name, Func<Deployment, Address> address) in s_governed)
        {
            ContractAbi abi = ContractArtifact.Load(name).Abi;
            Assert.Equal(deployment.Governor, (await chain.ReadAsync(address(deployment), abi.Function("governor"), cancellation))[0].AsAddress());
            Assert.Equal(Address.Zero, (await chain.ReadAsync(address(deployment), abi.Function("proposedGovernor"), cancellation))[0].AsAddress());
        }

        Assert.Equal(
            deployment.DeviceRegistry, (await chain.ReadAsync(deployment.ChallengeRegistry, ContractArtifact.Load("ChallengeRegistry").Abi.Function("devices"), cancellation))[0].AsAddress());
        Assert.Equal(
            deployment.ChallengeRegistry, (await chain.ReadAsync(deployment.DeviceRegistry, ContractArtifact.Load("DeviceRegistry").Abi.Function("challenges"), cancellation))[0].AsAddress());
        Assert.Equal(
            deployment.MiningRegistry, (await chain.ReadAsync(deployment.AttendanceRegistry, ContractArtifact.Load("AttendanceRegistry").Abi.Function("mining"), cancellation))[0].AsAddress());
        Assert.Equal(
            deployment.AttendanceRegistry, (await chain.ReadAsync(deployment.DeviceRegistry, ContractArtifact.Load("DeviceRegistry").Abi.Function("attendance"), cancellation))[0].AsAddress());
        ContractAbi token = ContractArtifact.Load("AIToken").Abi;
        Assert.Equal(deployment.MiningRegistry, (await chain.ReadAsync(deployment.Token, token.Function("registry"), cancellation))[0].AsAddress());
        ContractAbi votes = ContractArtifact.Load("VotingToken").Abi;
        Assert.Equal(deployment.Token, (await chain.ReadAsync(deployment.VotingToken, votes.Function("underlying"), cancellation))[0].AsAddress());
        ContractAbi governor = ContractArtifact.Load("AitGovernor").Abi;
        Assert.Equal(deployment.Governor, (await chain.ReadAsync(deployment.AitGovernor, governor.Function("timelock"), cancellation))[0].AsAddress());
        Assert.Equal(deployment.VotingToken, (await chain.ReadAsync(deployment.AitGovernor, governor.Function("token"), cancellation))[0].AsAddress());

        HashSet<(Hash256, Address)> expected =
        [
            (TimelockRoles.Admin, deployment.Governor),
            (TimelockRoles.Proposer, deployment.AitGovernor),
            (TimelockRoles.Canceller, deployment.AitGovernor),
            (TimelockRoles.Executor, Address.Zero),
        ];
        if (proposer is { } other)
        {
            expected.Add((TimelockRoles.Proposer, other));
            expected.Add((TimelockRoles.Canceller, other));
        }

        Assert.Equal(expected.Order(), (await HeldAsync(chain, deployment.Governor, cancellation)).Order());
    }

    /// <summary>The roles that the timelock's own log and views say are held.</summary>
    private static async Task<HashSet<(Hash256 Role, Address Account)>> HeldAsync(ChainAccess chain, Address timelock, CancellationToken cancellation)
    {
        ContractAbi abi = ContractArtifact.Load("TimelockController").Abi;
        IReadOnlyList<(Log Log, ContractEvent Event)> events = await chain.EventsAsync([timelock], cancellation);
        var held = new HashSet<(Hash256 Role, Address Account)>();
        foreach (ContractEvent found in events.Select(pair => pair.Event).Where(found => found.Name is "RoleGranted" or "RoleRevoked"))
        {
            (Hash256, Address) entry = (found["role"].AsHash256(), found["account"].AsAddress());
            Assert.True(found.Name == "RoleGranted" ? held.Add(entry) : held.Remove(entry));
        }

        foreach ((Hash256 role, Address account) in held)
        {
            Assert.True((await chain.ReadAsync(timelock, abi.Function("hasRole"), cancellation, role, account))[0].AsBoolean());
        }

        return held;
    }
}
