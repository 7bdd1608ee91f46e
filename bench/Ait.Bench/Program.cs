using Ait.Bench;

return args switch
{
    ["floors", .. string[] rest] => Floors.Run(rest),
    ["training", .. string[] rest] => TrainingComparison.Throughput(rest),
    ["losses", .. string[] rest] => TrainingComparison.Losses(rest),
    _ => BackendTable.Run(args),
};
