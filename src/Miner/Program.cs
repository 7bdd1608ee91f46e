using Ait.Miner.Configuring;

Console.Out.Write(Options.Usage());
return 2;
