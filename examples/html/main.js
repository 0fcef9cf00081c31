import 'sluice-player';
